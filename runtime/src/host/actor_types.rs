//! The actor types that are registered.

use std::{collections::BTreeMap, sync::Arc};

use super::HostedType;

/// By their names.
pub(super) type ActorTypes = BTreeMap<&'static str, Arc<dyn HostedType>>;
