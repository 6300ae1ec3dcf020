// Made from tests/input/contract_mistakes.rs

/// The contract `Poll`, as clients name it: `client.get_or_create::<PollContract>(key)`. Made by `#[actor]`.
#[derive(::core::fmt::Debug)]
#[allow(unreachable_pub)]
enum PollContract {}
/// What an actor does that clients know as [`PollContract`].
#[allow(unreachable_pub, private_interfaces, clippy::too_many_arguments)]
trait Poll: ::callboard::__private::AnnotatedWithActor<PollContract> {
    /// The action `vote`.
    fn vote(&mut self, _: &::callboard::Ctx<Self>, option: &str) -> u32
    where
        Self: ::callboard::Actor<Contract = PollContract>;
    /// The action `tally`.
    fn tally(&self, _: &::callboard::Ctx<Self>) -> u32
    where
        Self: ::callboard::Actor<Contract = PollContract>;
}
/// Every action of [`PollContract`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
enum PollAction {
    /// The action `tally`.
    Tally {},
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for PollAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl PollAction {
    const TALLY_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "tally",
        "tally",
        &[],
        "u32",
        ::callboard::contract::Mode::Read,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for PollAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::TALLY_INFO,
    ];
    type Reply = PollReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Tally { .. } => Self::TALLY_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Tally {} => {}
        }
        ::core::result::Result::Ok(())
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "tally" => Self::Tally {},
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every reply of [`PollContract`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
enum PollReply {
    /// What `tally` answers with.
    Tally(::core::result::Result<u32, ::callboard::CallError>),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for PollReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Tally(_) => f.write_str("tally"),
        }
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for PollReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Tally(result) => {
                <u32 as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
        }
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "tally" => {
                    Self::Tally(
                        <u32 as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every event of [`PollContract`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
enum PollEvent {
    /// The event `voted`.
    Voted(Voted),
}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for PollEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Voted(payload) => ::callboard::__debug_event!(f, "Voted", payload),
        }
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for PollEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[
        ::callboard::contract::EventInfo::new("voted", "Voted"),
    ];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match index {
                0 => {
                    Self::Voted(
                        ::callboard::__private::read_event::<
                            PollContract,
                            Voted,
                        >(payload)?,
                    )
                }
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_event(index),
                    );
                }
            },
        )
    }
}
/// An event of [`PollContract`]. Made by `#[actor]`.
impl ::callboard::EventOf<PollContract> for Voted {
    const INDEX: usize = 0;
    fn into_event(self) -> PollEvent {
        PollEvent::Voted(self)
    }
}
/// What clients see of [`PollContract`]. Made by `#[actor]`.
impl ::callboard::Contract for PollContract {
    const NAME: &'static str = "poll";
    type Action = PollAction;
    type Event = PollEvent;
    type Params = ();
    type Input = ();
    type Handle = PollHandle;
    type Connection = PollConn;
}
/// How actions reach the actors that implement [`Poll`]. Made by `#[actor]`.
#[allow(deprecated)]
impl<__Actor> ::callboard::__private::Dispatch<__Actor> for PollContract
where
    __Actor: Poll + ::callboard::Actor<Contract = PollContract>,
{
    fn dispatch_read(
        this: &__Actor,
        ctx: &::callboard::Ctx<__Actor>,
        action: PollAction,
    ) -> PollReply {
        match action {
            PollAction::Tally {} => {
                PollReply::Tally(
                    ::callboard::__private::value(<__Actor as Poll>::tally(this, ctx)),
                )
            }
        }
    }
}
/// Calls [`PollContract`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
struct PollHandle<C: ::callboard::Contract = PollContract>(::callboard::Handle<C>);
impl ::core::clone::Clone for PollHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PollHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<PollContract>> for PollHandle {
    fn from(inner: ::callboard::Handle<PollContract>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PollHandle {
    type Target = ::callboard::Handle<PollContract>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl PollHandle {
    /// Calls the action `tally`.
    pub async fn tally(&self) -> ::core::result::Result<u32, ::callboard::CallError> {
        match self.0.call(PollAction::Tally {}).await? {
            PollReply::Tally(result) => result,
        }
    }
    /// This action has a mistake, see the error.
    #[allow(unused_variables)]
    pub async fn vote(
        &self,
        option: impl ::core::marker::Sized,
    ) -> ::core::result::Result<u32, ::callboard::CallError> {
        ::core::unreachable!()
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> PollConn {
        PollConn(self.0.connect_with(()))
    }
}
/// A connection to [`PollContract`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
struct PollConn<C: ::callboard::Contract = PollContract>(::callboard::Connection<C>);
impl ::core::clone::Clone for PollConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PollConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<PollContract>> for PollConn {
    fn from(inner: ::callboard::Connection<PollContract>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PollConn {
    type Target = ::callboard::Connection<PollContract>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
/// The actions, as calls. Made by `#[actor]`.
#[allow(
    dead_code,
    deprecated,
    unreachable_pub,
    private_interfaces,
    clippy::too_many_arguments
)]
impl PollConn {
    /// Calls the action `tally`.
    pub async fn tally(&self) -> ::core::result::Result<u32, ::callboard::CallError> {
        match self.0.call(PollAction::Tally {}).await? {
            PollReply::Tally(result) => result,
        }
    }
    /// This action has a mistake, see the error.
    #[allow(unused_variables)]
    pub async fn vote(
        &self,
        option: impl ::core::marker::Sized,
    ) -> ::core::result::Result<u32, ::callboard::CallError> {
        ::core::unreachable!()
    }
    /// Runs a method of `listener` for every event, in the order sent.
    pub fn listen(&self, mut listener: impl PollListener) -> ::callboard::Subscription {
        self.0
            .on_any(move |event| match event {
                PollEvent::Voted(event) => PollListener::voted(&mut listener, event),
            })
    }
}
/// Listens to every event of [`PollContract`], see [`PollConn::listen`]. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
trait PollListener: ::core::marker::Send + 'static {
    /// The event `voted`.
    fn voted(&mut self, event: Voted);
}
::core::compile_error! {
    "`ephemeral` is no argument of `#[actor]` here\nhelp: write it where the contract is implemented: how an actor lives is no business of clients"
}
::core::compile_error! {
    "`vis` is no argument of `#[actor]` here\nhelp: remove it: what is made is as visible as the trait"
}
::core::compile_error! {
    "a contract has actions, and nothing else\nhelp: remove it; what actors are beside is for their own types to say"
}
::core::compile_error! {
    "a contract has actions, and nothing else\nhelp: put it beside the trait, or on the types that implement it"
}
::core::compile_error! {
    "`#[on_create]` is for those who implement the contract\nhelp: write it in the `impl`; `#[actor(input = NewRoom)]` here says what clients pass"
}
::core::compile_error! {
    "there is no attribute `acton`\nhelp: did you mean `action`?"
}
::core::compile_error! {
    "an argument comes from a client, so it cannot be borrowed\nhelp: use `String`"
}
#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Poll for Lunch {
    fn vote(&mut self, _: &::callboard::Ctx<Self>, option: String) -> u32 {
        0
    }
    fn tally(&self, _: &::callboard::Ctx<Self>) -> u32 {
        0
    }
}
#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Lunch {
    fn wake(self) {}
}
const _: () = {
    #[allow(type_alias_bounds)]
    type __Contract<ThisTrait: Poll> = ThisTrait::ContractOfAnActor;
    /// How [`Lunch`] runs. Made by `#[actor]`.
    #[allow(deprecated)]
    impl ::callboard::Actor for Lunch {
        type Contract = __Contract<Self>;
        type ConnState = ();
        const EPHEMERAL: bool = false;
        const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
            ..::callboard::dispatch::Hooks::NONE
        };
        async fn create(
            ctx: &::callboard::Ctx<Self>,
            input: ::callboard::dispatch::InputOf<Self>,
        ) -> ::core::result::Result<Self, ::callboard::Fault> {
            let input = <() as ::callboard::__private::Input<
                ::callboard::dispatch::InputOf<Self>,
            >>::take(input);
            let _ = (ctx, input);
            ::core::result::Result::Ok(
                <Lunch as ::callboard::__private::InitialState>::initial(),
            )
        }
        fn save(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
            <Lunch as ::callboard::__private::SavedState>::save(self)
        }
        fn load(
            bytes: &[u8],
        ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
            <Lunch as ::callboard::__private::SavedState>::load(bytes)
        }
        fn dispatch_read(
            &self,
            ctx: &::callboard::Ctx<Self>,
            action: ::callboard::dispatch::ActionOf<Self>,
        ) -> ::callboard::dispatch::ReplyOf<Self> {
            <Self::Contract as ::callboard::__private::Dispatch<
                Self,
            >>::dispatch_read(self, ctx, action)
        }
        async fn dispatch_read_async(
            &self,
            ctx: &::callboard::Ctx<Self>,
            action: ::callboard::dispatch::ActionOf<Self>,
        ) -> ::callboard::dispatch::ReplyOf<Self> {
            <Self::Contract as ::callboard::__private::Dispatch<
                Self,
            >>::dispatch_read_async(self, ctx, action)
                .await
        }
        fn dispatch_write(
            &mut self,
            ctx: &::callboard::Ctx<Self>,
            action: ::callboard::dispatch::ActionOf<Self>,
        ) -> ::callboard::dispatch::ReplyOf<Self> {
            <Self::Contract as ::callboard::__private::Dispatch<
                Self,
            >>::dispatch_write(self, ctx, action)
        }
        async fn dispatch_write_async(
            &mut self,
            ctx: &::callboard::Ctx<Self>,
            action: ::callboard::dispatch::ActionOf<Self>,
        ) -> ::callboard::dispatch::ReplyOf<Self> {
            <Self::Contract as ::callboard::__private::Dispatch<
                Self,
            >>::dispatch_write_async(self, ctx, action)
                .await
        }
        async fn before_connect(
            &mut self,
            ctx: &::callboard::Ctx<Self>,
            params: ::callboard::dispatch::ParamsOf<Self>,
        ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
            let params = <() as ::callboard::__private::Params<
                ::callboard::dispatch::ParamsOf<Self>,
            >>::take(params);
            ::core::result::Result::Ok(())
        }
    }
};
::core::compile_error! {
    "`events` is no argument of `#[actor]` here\nhelp: write it at the trait: `#[actor(..)] trait ChatRoom { .. }` is the contract"
}
::core::compile_error! {
    "`name` is no argument of `#[actor]` here\nhelp: write it at the trait: `#[actor(..)] trait ChatRoom { .. }` is the contract"
}
::core::compile_error! {
    "the contract has named its actions already\nhelp: write it in the trait: `#[action(..)]` there is part of the contract"
}
::core::compile_error! {
    "the hook `#[on_wake]` borrows its actor, it does not take it\nhelp: take `&self` (reads, side by side) or `&mut self` (writes, alone): the actor lives on after the call"
}
