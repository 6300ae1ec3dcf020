// Made from tests/input/results.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Bank {
    fn balance(&self) -> u64 {
        self.balance
    }
    fn withdraw(&mut self, amount: u64) -> Result<u64, BankError> {
        self.take(amount)
    }
    async fn audit(&self) -> std::io::Result<Vec<String>> {
        audit().await
    }
    fn close(&mut self) -> BankResult {
        Ok(())
    }
}
/// Every action of [`Bank`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum BankAction {
    /// The action `balance`.
    Balance {},
    /// The action `withdraw`.
    Withdraw {
        /// The argument `amount`.
        amount: u64,
    },
    /// The action `audit`.
    Audit {},
}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for BankAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl BankAction {
    const BALANCE_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "balance",
        "balance",
        &[],
        "u64",
        ::callboard::contract::Mode::Read,
    );
    const WITHDRAW_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "withdraw",
        "withdraw",
        &[::callboard::contract::ArgInfo::new("amount", "u64")],
        "u64",
        ::callboard::contract::Mode::Write,
    );
    const AUDIT_INFO: &'static ::callboard::contract::ActionInfo = &::callboard::contract::ActionInfo::new(
        "audit",
        "audit",
        &[],
        "std::io::Result<Vec<String>>",
        ::callboard::contract::Mode::ReadAsync,
    );
}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for BankAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[
        Self::BALANCE_INFO,
        Self::WITHDRAW_INFO,
        Self::AUDIT_INFO,
    ];
    type Reply = BankReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match self {
            Self::Balance { .. } => Self::BALANCE_INFO,
            Self::Withdraw { .. } => Self::WITHDRAW_INFO,
            Self::Audit { .. } => Self::AUDIT_INFO,
        }
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Balance {} => {}
            Self::Withdraw { amount } => {
                <u64 as ::callboard::Payload>::push(amount, args)?;
            }
            Self::Audit {} => {}
        }
        ::core::result::Result::Ok(())
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Ok(
            match name {
                "balance" => Self::Balance {},
                "withdraw" => {
                    Self::Withdraw {
                        amount: <u64 as ::callboard::Payload>::next(args)?,
                    }
                }
                "audit" => Self::Audit {},
                _ => {
                    return ::core::result::Result::Err(
                        ::callboard::__private::unknown_action(name),
                    );
                }
            },
        )
    }
}
/// Every reply of [`Bank`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum BankReply {
    /// What `balance` answers with.
    Balance(::core::result::Result<u64, ::callboard::CallError>),
    /// What `withdraw` answers with.
    Withdraw(::core::result::Result<u64, ::callboard::CallError<BankError>>),
    /// What `audit` answers with.
    Audit(
        ::core::result::Result<
            <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Ok,
            ::callboard::CallError<
                <std::io::Result<
                    Vec<String>,
                > as ::callboard::__private::ActionResult>::Err,
            >,
        >,
    ),
}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for BankReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Balance(_) => f.write_str("balance"),
            Self::Withdraw(_) => f.write_str("withdraw"),
            Self::Audit(_) => f.write_str("audit"),
        }
    }
}
/// How the errors of each action cross the wire.
impl BankReply {
    fn withdraw_errors() -> ::callboard::__private::ErrorKind<BankError> {
        ::callboard::__error_kind!(BankError)
    }
    fn audit_errors() -> ::callboard::__private::ErrorKind<
        <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Err,
    > {
        ::callboard::__error_kind!(
            < std::io::Result < Vec < String > > as ::callboard::__private::ActionResult
            > ::Err
        )
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for BankReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match self {
            Self::Balance(result) => {
                <u64 as ::callboard::Payload>::write(
                    result,
                    output,
                    ::callboard::__private::never(),
                )
            }
            Self::Withdraw(result) => {
                <u64 as ::callboard::Payload>::write(
                    result,
                    output,
                    BankReply::withdraw_errors(),
                )
            }
            Self::Audit(result) => {
                <<std::io::Result<
                    Vec<String>,
                > as ::callboard::__private::ActionResult>::Ok as ::callboard::Payload>::write(
                    result,
                    output,
                    BankReply::audit_errors(),
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
                "balance" => {
                    Self::Balance(
                        <u64 as ::callboard::Payload>::read(
                            outcome,
                            ::callboard::__private::never(),
                        )?,
                    )
                }
                "withdraw" => {
                    Self::Withdraw(
                        <u64 as ::callboard::Payload>::read(
                            outcome,
                            BankReply::withdraw_errors(),
                        )?,
                    )
                }
                "audit" => {
                    Self::Audit(
                        <<std::io::Result<
                            Vec<String>,
                        > as ::callboard::__private::ActionResult>::Ok as ::callboard::Payload>::read(
                            outcome,
                            BankReply::audit_errors(),
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
/// Every event of [`Bank`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum BankEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for BankEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for BankEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Bank`]. Made by `#[actor]`.
impl ::callboard::Contract for Bank {
    const NAME: &'static str = "bank";
    type Action = BankAction;
    type Event = BankEvent;
    type Params = ();
    type Input = ();
    type Handle = BankHandle;
    type Connection = BankConn;
}
/// How [`Bank`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Bank {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Bank as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Bank as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Bank as ::callboard::__private::SavedState>::load(bytes)
    }
    fn dispatch_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: BankAction,
    ) -> BankReply {
        match action {
            BankAction::Balance {} => {
                BankReply::Balance(::callboard::__private::value(self.balance()))
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn dispatch_read_async(
        &self,
        ctx: &::callboard::Ctx<Self>,
        action: BankAction,
    ) -> BankReply {
        match action {
            BankAction::Audit {} => {
                BankReply::Audit(
                    ::callboard::__private::result(
                        ::callboard::__private::boxed(move || self.audit()).await,
                        BankReply::audit_errors(),
                    ),
                )
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    fn dispatch_write(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        action: BankAction,
    ) -> BankReply {
        match action {
            BankAction::Withdraw { amount } => {
                BankReply::Withdraw(
                    ::callboard::__private::result(
                        self.withdraw(amount),
                        BankReply::withdraw_errors(),
                    ),
                )
            }
            other => ::callboard::__private::misdispatched::<Self>(&other),
        }
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
}
/// Calls [`Bank`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct BankHandle<C: ::callboard::Contract = Bank>(::callboard::Handle<C>);
impl ::core::clone::Clone for BankHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for BankHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Bank>> for BankHandle {
    fn from(inner: ::callboard::Handle<Bank>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for BankHandle {
    type Target = ::callboard::Handle<Bank>;
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
impl BankHandle {
    /// Calls the action `balance`.
    pub async fn balance(&self) -> ::core::result::Result<u64, ::callboard::CallError> {
        match self.0.call(BankAction::Balance {}).await? {
            BankReply::Balance(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `withdraw`.
    pub async fn withdraw(
        &self,
        amount: u64,
    ) -> ::core::result::Result<u64, ::callboard::CallError<BankError>> {
        match self
            .0
            .call(BankAction::Withdraw { amount })
            .await
            .map_err(::callboard::CallError::into_any::<BankError>)?
        {
            BankReply::Withdraw(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `audit`.
    pub async fn audit(
        &self,
    ) -> ::core::result::Result<
        <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Ok,
        ::callboard::CallError<
            <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Err,
        >,
    > {
        match self
            .0
            .call(BankAction::Audit {})
            .await
            .map_err(
                ::callboard::CallError::into_any::<
                    <std::io::Result<
                        Vec<String>,
                    > as ::callboard::__private::ActionResult>::Err,
                >,
            )?
        {
            BankReply::Audit(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> BankConn {
        BankConn(self.0.connect_with(()))
    }
}
/// A connection to [`Bank`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct BankConn<C: ::callboard::Contract = Bank>(::callboard::Connection<C>);
impl ::core::clone::Clone for BankConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for BankConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Bank>> for BankConn {
    fn from(inner: ::callboard::Connection<Bank>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for BankConn {
    type Target = ::callboard::Connection<Bank>;
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
impl BankConn {
    /// Calls the action `balance`.
    pub async fn balance(&self) -> ::core::result::Result<u64, ::callboard::CallError> {
        match self.0.call(BankAction::Balance {}).await? {
            BankReply::Balance(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `withdraw`.
    pub async fn withdraw(
        &self,
        amount: u64,
    ) -> ::core::result::Result<u64, ::callboard::CallError<BankError>> {
        match self
            .0
            .call(BankAction::Withdraw { amount })
            .await
            .map_err(::callboard::CallError::into_any::<BankError>)?
        {
            BankReply::Withdraw(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
    /// Calls the action `audit`.
    pub async fn audit(
        &self,
    ) -> ::core::result::Result<
        <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Ok,
        ::callboard::CallError<
            <std::io::Result<Vec<String>> as ::callboard::__private::ActionResult>::Err,
        >,
    > {
        match self
            .0
            .call(BankAction::Audit {})
            .await
            .map_err(
                ::callboard::CallError::into_any::<
                    <std::io::Result<
                        Vec<String>,
                    > as ::callboard::__private::ActionResult>::Err,
                >,
            )?
        {
            BankReply::Audit(result) => result,
            _ => ::core::result::Result::Err(::callboard::__private::wrong_reply()),
        }
    }
}
::core::compile_error! {
    "`close` is a method of the clients, `BankHandle` and `BankConn`\nhelp: rename the method; `#[action(name = \"close\")]` keeps the name on the wire"
}
