//! The whole block: the contract of the actor, its hooks, its settings.

use syn::{Attribute, FnArg, Ident, Path, Type};

use super::{Action, Contract, ForwardedAttrs, Hooks, Names, Scope, check, parameter::is_meant_as_ctx};
use crate::{
    errors::Errors,
    marker::{self, Marker},
    syntax::{Block, Member, Method, Options, Settings},
};

/// Everything that `impl Actor` is generated from.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// The path of the crate callboard.
    pub(crate) krate: Path,
    pub(crate) source: Source,
    /// Whether its state is never saved.
    pub(crate) ephemeral: bool,
    /// When it is saved, when it sleeps.
    pub(crate) settings: Settings,
    /// The `cfg`s on the whole block.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) hooks: Hooks,
}

/// Where the actor's contract is.
#[derive(Debug)]
pub(crate) enum Source {
    /// In the block itself.
    Block(Box<Contract>),
    /// In this trait, which the block implements.
    Trait(Path),
}

impl Actor {
    /// The model of `impl ChatRoom { .. }`; `None` if nothing can be generated for it.
    pub(crate) fn of(block: &mut Block, mut options: Options, errors: &Errors<'_>) -> Option<Self> {
        let (name, ty) = check::header(block, errors)?;
        let scope = Scope { name: &name, self_ty: &ty, errors };
        let mut hooks = Hooks::default();
        let mut actions = Vec::new();
        for member in &mut block.members {
            let Member::Method(method) = member else { continue };
            match marker::take(&mut method.attrs, errors) {
                Some((Marker::Action, attr)) => actions.push(Action::of(method, Some(&attr), scope)),
                Some((marker, attr)) => hooks.add(marker, &attr, method, scope),
                None => {}
            }
        }
        let cfgs = ForwardedAttrs::of(&block.attrs).cfgs;
        let (settings, ephemeral) = (std::mem::take(&mut options.settings), options.ephemeral);
        check::life(ephemeral, &hooks.life, errors);
        hooks.check_both(scope);
        let names = Names::of(&name, name.clone());
        let mut contract = Contract::of(names, actions, options, cfgs.clone(), scope);
        contract.params = hooks.params().cloned();
        contract.input = hooks.create.as_ref().and_then(|create_hook| create_hook.input.clone());
        let krate = contract.krate.clone();
        let source = Source::Block(Box::new(contract));
        Some(Self { name, ty, krate, source, ephemeral, settings, cfgs, hooks })
    }

    /// The model of `impl ChatRoom for Server { .. }`, and a block of its own for the hooks, which are not methods of
    /// the trait.
    pub(crate) fn of_implementation(
        block: &mut Block,
        trait_: Path,
        options: Options,
        errors: &Errors<'_>,
    ) -> Option<(Self, Option<Block>)> {
        let (name, ty) = check::header(block, errors)?;
        let krate = options.krate.unwrap_or_else(|| syn::parse_quote!(::callboard));
        let scope = Scope { name: &name, self_ty: &ty, errors };
        let mut hooks = Hooks::default();
        let mut own = Vec::new();
        for member in std::mem::take(&mut block.members) {
            let Member::Method(mut method) = member else {
                block.members.push(member);
                continue;
            };
            match marker::take(&mut method.attrs, errors) {
                None => block.members.push(with_ctx(method, &krate)),
                Some((Marker::Action, attr)) => {
                    check_bare(&attr, errors);
                    block.members.push(with_ctx(method, &krate));
                }
                Some((marker, attr)) => {
                    hooks.add(marker, &attr, &method, scope);
                    own.push(*method);
                }
            }
        }
        check::life(options.ephemeral, &hooks.life, errors);
        hooks.check_both(scope);
        let actor = Self {
            source: Source::Trait(trait_),
            krate,
            ephemeral: options.ephemeral,
            settings: options.settings,
            cfgs: ForwardedAttrs::of(&block.attrs).cfgs,
            hooks,
            name,
            ty,
        };
        Some((actor, block.of_the_type(own)))
    }
}

/// The method with the context as its first argument, which it has in the trait even if the user left it out.
fn with_ctx(mut method: Box<Method>, krate: &Path) -> Member {
    add_ctx(&mut method, krate);
    Member::Method(method)
}

/// Adds `_: &Ctx<Self>` to a method without it.
pub(super) fn add_ctx(method: &mut Method, krate: &Path) {
    let inputs = &mut method.sig.inputs;
    let has_ctx =
        inputs.iter().any(|input| matches!(input, FnArg::Typed(parameter) if is_meant_as_ctx(&parameter.ty)));
    if !has_ctx && matches!(inputs.first(), Some(FnArg::Receiver(_))) {
        let place = method.sig.ident.span();
        inputs.insert(1, syn::parse_quote_spanned!(place=> _: &#krate::Ctx<Self>));
    }
}

/// Reports arguments of `#[action]` in an implementation: they belong to the contract.
fn check_bare(attr: &Attribute, errors: &Errors<'_>) {
    if let syn::Meta::List(list) = &attr.meta {
        let help = "write it in the trait: `#[action(..)]` there is part of the contract";
        errors.report(&list.tokens, "the contract has named its actions already", help);
    }
}
