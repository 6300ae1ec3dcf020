// Made from tests/input/raw.rs

#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Files {
    fn serve(&self, request: Request<Body>) -> impl IntoResponse {
        self.page(request)
    }
    async fn socket(socket: RawSocket) {}
}
/// Every action of [`Files`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum FilesAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for FilesAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl FilesAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for FilesAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = FilesReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match *self {}
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every reply of [`Files`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum FilesReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for FilesReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for FilesReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every event of [`Files`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum FilesEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for FilesEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for FilesEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Files`]. Made by `#[actor]`.
impl ::callboard::Contract for Files {
    const NAME: &'static str = "files";
    type Action = FilesAction;
    type Event = FilesEvent;
    type Params = ();
    type Input = ();
    type Handle = FilesHandle;
    type Connection = FilesConn;
}
/// How [`Files`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Files {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        on_request: ::core::option::Option::Some(
            ::callboard::dispatch::RequestTurn::Read,
        ),
        on_websocket: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Files as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Files as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Files as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
    async fn request_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        request: ::callboard::__private::RawRequest,
    ) -> ::core::result::Result<
        ::callboard::__private::RawResponse,
        ::callboard::Fault,
    > {
        let request = <Request<
            Body,
        > as ::callboard::__private::RequestParameter>::take(request);
        let answer = ::callboard::__private::hook_value(Self::serve(self, request))?;
        ::core::result::Result::Ok(
            <_ as ::callboard::__private::IsResponse>::into_response(answer),
        )
    }
    async fn websocket(
        ctx: ::callboard::Ctx<Self>,
        socket: ::callboard::RawSocket,
    ) -> ::core::result::Result<(), ::callboard::Fault> {
        let socket = <RawSocket as ::callboard::__private::SocketParameter>::take(
            socket,
        );
        ::callboard::__private::hook_value(
            ::callboard::__private::boxed(move || Self::socket(socket)).await,
        )
    }
}
/// Calls [`Files`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct FilesHandle<C: ::callboard::Contract = Files>(::callboard::Handle<C>);
impl ::core::clone::Clone for FilesHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for FilesHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Files>> for FilesHandle {
    fn from(inner: ::callboard::Handle<Files>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for FilesHandle {
    type Target = ::callboard::Handle<Files>;
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
impl FilesHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> FilesConn {
        FilesConn(self.0.connect_with(()))
    }
}
/// A connection to [`Files`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct FilesConn<C: ::callboard::Contract = Files>(::callboard::Connection<C>);
impl ::core::clone::Clone for FilesConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for FilesConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Files>> for FilesConn {
    fn from(inner: ::callboard::Connection<Files>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for FilesConn {
    type Target = ::callboard::Connection<Files>;
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
impl FilesConn {}
#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Uploads {
    async fn take(ctx: Ctx<Self>, request: Request<Body>) -> StatusCode {
        take(ctx, request).await
    }
}
/// Every action of [`Uploads`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum UploadsAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for UploadsAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl UploadsAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for UploadsAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = UploadsReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match *self {}
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every reply of [`Uploads`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum UploadsReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for UploadsReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for UploadsReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every event of [`Uploads`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum UploadsEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for UploadsEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for UploadsEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Uploads`]. Made by `#[actor]`.
impl ::callboard::Contract for Uploads {
    const NAME: &'static str = "uploads";
    type Action = UploadsAction;
    type Event = UploadsEvent;
    type Params = ();
    type Input = ();
    type Handle = UploadsHandle;
    type Connection = UploadsConn;
}
/// How [`Uploads`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Uploads {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        on_request: ::core::option::Option::Some(
            ::callboard::dispatch::RequestTurn::Beside,
        ),
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Uploads as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Uploads as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Uploads as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
    async fn request_beside(
        ctx: ::callboard::Ctx<Self>,
        request: ::callboard::__private::RawRequest,
    ) -> ::core::result::Result<
        ::callboard::__private::RawResponse,
        ::callboard::Fault,
    > {
        let request = <Request<
            Body,
        > as ::callboard::__private::RequestParameter>::take(request);
        let answer = ::callboard::__private::hook_value(
            ::callboard::__private::boxed(move || Self::take(ctx, request)).await,
        )?;
        ::core::result::Result::Ok(
            <StatusCode as ::callboard::__private::IsResponse>::into_response(answer),
        )
    }
}
/// Calls [`Uploads`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct UploadsHandle<C: ::callboard::Contract = Uploads>(::callboard::Handle<C>);
impl ::core::clone::Clone for UploadsHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for UploadsHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Uploads>> for UploadsHandle {
    fn from(inner: ::callboard::Handle<Uploads>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for UploadsHandle {
    type Target = ::callboard::Handle<Uploads>;
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
impl UploadsHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> UploadsConn {
        UploadsConn(self.0.connect_with(()))
    }
}
/// A connection to [`Uploads`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct UploadsConn<C: ::callboard::Contract = Uploads>(::callboard::Connection<C>);
impl ::core::clone::Clone for UploadsConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for UploadsConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Uploads>> for UploadsConn {
    fn from(inner: ::callboard::Connection<Uploads>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for UploadsConn {
    type Target = ::callboard::Connection<Uploads>;
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
impl UploadsConn {}
#[allow(clippy::needless_pass_by_value, clippy::unused_async, clippy::unused_self)]
impl Pages {
    #[cfg(feature = "pages")]
    fn page(&self, request: Request<Body>) -> Html<String> {
        self.show(request)
    }
}
/// Every action of [`Pages`], as a value. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum PagesAction {}
/// The action's name alone: arguments may be secret.
impl ::core::fmt::Debug for PagesAction {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::callboard::__private::debug_action(self, f)
    }
}
/// What is known about each action: the rows of the table.
impl PagesAction {}
/// The table of actions, and how each is written and read. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::contract::Action for PagesAction {
    const TABLE: &'static [&'static ::callboard::contract::ActionInfo] = &[];
    type Reply = PagesReply;
    fn info(&self) -> &'static ::callboard::contract::ActionInfo {
        match *self {}
    }
    fn encode(
        &self,
        args: &mut ::callboard::wire::ArgsWriter,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        args: &mut ::callboard::wire::ArgsReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every reply of [`Pages`], one variant per action. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces)]
pub enum PagesReply {}
/// The action's name alone: answers may be secret.
impl ::core::fmt::Debug for PagesReply {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// How each answer is written and read. Made by `#[actor]`.
impl ::callboard::contract::Reply for PagesReply {
    fn encode(
        &self,
        output: &mut ::callboard::wire::Output,
    ) -> ::core::result::Result<(), ::callboard::wire::EncodeError> {
        match *self {}
    }
    fn decode(
        name: &str,
        outcome: ::callboard::wire::Outcome<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_action(name))
    }
}
/// Every event of [`Pages`], as a value. Made by `#[actor]`.
#[allow(dead_code, unreachable_pub, private_interfaces)]
pub enum PagesEvent {}
/// The event with its payload, if that has `Debug`.
impl ::core::fmt::Debug for PagesEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match *self {}
    }
}
/// The table of events, and how each is read. Made by `#[actor]`.
impl ::callboard::Event for PagesEvent {
    const TABLE: &'static [::callboard::contract::EventInfo] = &[];
    fn decode(
        index: usize,
        payload: &::callboard::wire::EventReader<'_>,
    ) -> ::core::result::Result<Self, ::callboard::wire::DecodeError> {
        ::core::result::Result::Err(::callboard::__private::unknown_event(index))
    }
}
/// What clients see of [`Pages`]. Made by `#[actor]`.
impl ::callboard::Contract for Pages {
    const NAME: &'static str = "pages";
    type Action = PagesAction;
    type Event = PagesEvent;
    type Params = ();
    type Input = ();
    type Handle = PagesHandle;
    type Connection = PagesConn;
}
/// How [`Pages`] runs. Made by `#[actor]`.
#[allow(deprecated)]
impl ::callboard::Actor for Pages {
    type Contract = Self;
    type ConnState = ();
    const EPHEMERAL: bool = false;
    const HOOKS: ::callboard::dispatch::Hooks = ::callboard::dispatch::Hooks {
        #[cfg(feature = "pages")]
        on_request: ::core::option::Option::Some(
            ::callboard::dispatch::RequestTurn::Read,
        ),
        #[cfg(feature = "pages")]
        navigation: true,
        ..::callboard::dispatch::Hooks::NONE
    };
    async fn create(
        ctx: &::callboard::Ctx<Self>,
        input: ::callboard::dispatch::InputOf<Self>,
    ) -> ::core::result::Result<Self, ::callboard::Fault> {
        let _ = (ctx, input);
        ::core::result::Result::Ok(
            <Pages as ::callboard::__private::InitialState>::initial(),
        )
    }
    fn save(
        &self,
    ) -> ::core::result::Result<::std::vec::Vec<u8>, ::callboard::store::SaveError> {
        <Pages as ::callboard::__private::SavedState>::save(self)
    }
    fn load(
        bytes: &[u8],
    ) -> ::core::result::Result<Self, ::callboard::store::LoadError> {
        <Pages as ::callboard::__private::SavedState>::load(bytes)
    }
    async fn before_connect(
        &mut self,
        ctx: &::callboard::Ctx<Self>,
        params: ::callboard::dispatch::ParamsOf<Self>,
    ) -> ::core::result::Result<Self::ConnState, ::callboard::Fault> {
        ::core::result::Result::Ok(())
    }
    #[cfg(feature = "pages")]
    async fn request_read(
        &self,
        ctx: &::callboard::Ctx<Self>,
        request: ::callboard::__private::RawRequest,
    ) -> ::core::result::Result<
        ::callboard::__private::RawResponse,
        ::callboard::Fault,
    > {
        let request = <Request<
            Body,
        > as ::callboard::__private::RequestParameter>::take(request);
        let answer = ::callboard::__private::hook_value(Self::page(self, request))?;
        ::core::result::Result::Ok(
            <Html<String> as ::callboard::__private::IsResponse>::into_response(answer),
        )
    }
}
/// Calls [`Pages`] without a connection. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct PagesHandle<C: ::callboard::Contract = Pages>(::callboard::Handle<C>);
impl ::core::clone::Clone for PagesHandle {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PagesHandle {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Handle<Pages>> for PagesHandle {
    fn from(inner: ::callboard::Handle<Pages>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PagesHandle {
    type Target = ::callboard::Handle<Pages>;
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
impl PagesHandle {
    /// Opens a connection, and returns at once; the connection comes up, and comes back, by itself.
    pub fn connect(&self) -> PagesConn {
        PagesConn(self.0.connect_with(()))
    }
}
/// A connection to [`Pages`]: calls, and events as they come. Made by `#[actor]`.
#[allow(unreachable_pub, private_interfaces, private_bounds)]
pub struct PagesConn<C: ::callboard::Contract = Pages>(::callboard::Connection<C>);
impl ::core::clone::Clone for PagesConn {
    fn clone(&self) -> Self {
        Self(::core::clone::Clone::clone(&self.0))
    }
}
impl ::core::fmt::Debug for PagesConn {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
impl ::core::convert::From<::callboard::Connection<Pages>> for PagesConn {
    fn from(inner: ::callboard::Connection<Pages>) -> Self {
        Self(inner)
    }
}
impl ::core::ops::Deref for PagesConn {
    type Target = ::callboard::Connection<Pages>;
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
impl PagesConn {}
