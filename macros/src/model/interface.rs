//! A contract that is a trait, for an actor that is defined elsewhere.

use quote::{ToTokens, format_ident};
use syn::{Attribute, Ident, Path, ReturnType, Type, Visibility, parse_quote, parse_quote_spanned};

use super::{Action, Contract, ForwardedAttrs, Names, Scope, actor::add_ctx};
use crate::{
    errors::Errors,
    marker::{self, Marker},
    syntax::{self, Member, Method, Options},
};

/// The trait, and its contract.
#[derive(Debug)]
pub(crate) struct Interface {
    pub(crate) name: Ident,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) contract: Contract,
    /// The methods as implementations have them: with the context, and a future in place of `async`.
    pub(crate) methods: Vec<Method>,
}

impl Interface {
    /// The model of a trait; `None` if nothing can be generated for it.
    pub(crate) fn of(item: syntax::Interface, mut options: Options, errors: &Errors<'_>) -> Option<Self> {
        if !item.generics.params.is_empty() {
            let help = "write it for concrete types";
            errors.report(&item.generics, "a contract cannot be generic: it is one name on the wire", help);
            return None;
        }
        check(&item, errors);
        let syntax::Interface { attrs, vis, name, members, .. } = item;
        let marker = format_ident!("{name}Contract", span = name.span());
        let ty: Type = parse_quote!(#marker);
        let scope = Scope { name: &name, self_ty: &ty, errors };
        let krate = options.krate.get_or_insert_with(|| parse_quote!(::callboard)).clone();
        options.vis = Some(vis.clone());
        let (mut actions, mut methods) = (Vec::new(), Vec::new());
        for member in members {
            let Member::Method(mut method) = member else { continue };
            match marker::take(&mut method.attrs, errors) {
                None => actions.push(Action::of(&method, None, scope)),
                Some((Marker::Action, attr)) => actions.push(Action::of(&method, Some(&attr), scope)),
                Some((hook, attr)) => {
                    report_hook(hook, &attr, errors);
                    continue;
                }
            }
            methods.push(as_implemented(*method, &ty, &krate));
        }
        let cfgs = ForwardedAttrs::of(&attrs).cfgs;
        let contract = Contract::of(Names::of(&name, marker), actions, options, cfgs, scope);
        Some(Self { name, attrs, vis, contract, methods })
    }
}

/// Reports what a contract cannot have: supertraits, constants, `unsafe`.
fn check(item: &syntax::Interface, errors: &Errors<'_>) {
    if let Some(clause) = &item.generics.where_clause {
        errors.report(clause, "a contract has actions, and nothing else", "remove it");
    }
    if !item.supertraits.is_empty() {
        let help = "remove it; what actors are beside is for their own types to say";
        errors.report(&item.supertraits, "a contract has actions, and nothing else", help);
    }
    if let Some(token) = &item.unsafety {
        errors.report(token, "a contract is called by the framework, so it cannot be `unsafe`", "remove it");
    }
    for member in &item.members {
        if let Member::Other(other) = member {
            let help = "put it beside the trait, or on the types that implement it";
            errors.report(other, "a contract has actions, and nothing else", help);
        }
    }
}

fn report_hook(marker: Marker, attr: &Attribute, errors: &Errors<'_>) {
    let name = marker.name();
    let help = match marker {
        Marker::OnCreate => "write it in the `impl`; `#[actor(input = NewRoom)]` here says what clients pass",
        Marker::OnBeforeConnect => {
            "write it in the `impl`; `#[actor(params = Join)]` here says what clients pass"
        }
        _ => "write it in the `impl`",
    };
    errors.report(attr, format_args!("`#[{name}]` is for those who implement the contract"), help);
}

/// Input: `async fn tally(&self) -> u32;`
///
/// Output: `fn tally(&self, _: &Ctx<Self>) -> impl Future<Output = u32> + Send where Self: Actor<..>;`
///
/// The bound `Send` is for generic code: it knows the trait alone, and must know that the futures are `Send`.
fn as_implemented(mut method: Method, contract: &Type, krate: &Path) -> Method {
    add_ctx(&mut method, krate);
    let Method { sig, body, .. } = &mut method;
    if sig.asyncness.take().is_some() {
        let ty = match &sig.output {
            ReturnType::Default => quote::quote!(()),
            ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        sig.output = parse_quote_spanned! {sig.ident.span()=>
            -> impl ::core::future::Future<Output = #ty> + ::core::marker::Send
        };
        if let proc_macro2::TokenTree::Group(block) = body {
            *body = parse_quote!({ async move #block });
        }
    }
    sig.generics.make_where_clause().predicates.push(parse_quote! {
        Self: #krate::Actor<Contract = #contract>
    });
    method
}
