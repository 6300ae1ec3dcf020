//! `fn decode` of the enums that have a variant for each action.

use proc_macro2::TokenStream;
use quote::quote;

use super::{span::local, variants::Variants};
use crate::model::{Action, Contract};

/// The function: it takes the name of an action and `parameter`, which has the bytes, and returns the variant of the
/// action. `fields` generates the fields of a variant, with their parentheses or braces.
pub(super) fn decode_by_action(
    contract: &Contract,
    parameter: &TokenStream,
    fields: impl Fn(&Action) -> TokenStream,
) -> TokenStream {
    let krate = &contract.krate;
    let name = local("name");
    let arms = contract.actions.iter().map(|action| {
        let Action { variant, wire, attrs, .. } = action;
        let cfgs = &attrs.cfgs;
        let fields = fields(action);
        quote!(#(#cfgs)* #wire => Self::#variant #fields,)
    });
    let unknown = quote!(#krate::__private::unknown_action(#name));
    let variants = Variants::of_actions(contract);
    let body = variants.decode(&quote!(#name), arms, &unknown);
    let allow = variants.allow();
    quote! {
        #allow
        fn decode(
            #name: &str,
            #parameter,
        ) -> ::core::result::Result<Self, #krate::wire::DecodeError> {
            #body
        }
    }
}
