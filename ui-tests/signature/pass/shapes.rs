// Check that arguments and replies can have any shape that serde has, and any return type that is a `Result` by another
// name, and that they arrive as they were.

use std::{
    collections::{BTreeMap, HashSet},
    net::IpAddr,
    time::Duration,
};

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair<A, B = A> {
    one: A,
    other: B,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Shape {
    Dot,
    Circle { radius: f64 },
    Group { shapes: Vec<Shape> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Meters(i64);

#[derive(Debug, PartialEq, thiserror::Error, ActorError)]
enum ShapeError {
    #[error("{0} is too much")]
    TooMuch(u64),
}

type ShapeResult<T = ()> = Result<T, ShapeError>;
type Twice<T> = Pair<T>;

mod library {
    pub(crate) type Result<T> = std::result::Result<T, super::ShapeError>;
}

#[derive(Default, Serialize, Deserialize)]
struct Shapes;

#[actor]
impl Shapes {
    #[action]
    fn nothing(&self) {}

    #[action]
    fn options(
        &self,
        a: Option<u8>,
        b: Option<Option<String>>,
        c: Option<Vec<Option<bool>>>,
    ) -> Option<(u8, bool)> {
        let _ = (b, c);
        a.map(|a| (a, true))
    }

    #[action]
    fn generics(
        &self,
        pair: Pair<String, Vec<Pair<u8>>>,
        twice: Twice<Meters>,
    ) -> Pair<Twice<Meters>, usize> {
        Pair { one: twice, other: pair.other.len() }
    }

    #[action]
    fn maps(&self, map: BTreeMap<String, HashSet<Meters>>) -> BTreeMap<String, usize> {
        map.into_iter().map(|(name, set)| (name, set.len())).collect()
    }

    #[action]
    fn enums(&self, shape: Shape) -> Vec<Shape> {
        vec![Shape::Dot, Shape::Group { shapes: vec![shape] }]
    }

    #[action]
    fn others(&self, id: Uuid, address: IpAddr, duration: Duration) -> (Uuid, IpAddr, Duration) {
        (id, address, duration)
    }

    #[action]
    fn numbers(
        &self,
        big: u64,
        small: i64,
        float: f64,
        text: char,
        bytes: [u8; 3],
    ) -> (u64, i64, f64, char, [u8; 3]) {
        (big, small, float, text, bytes)
    }

    #[action]
    #[rustfmt::skip]
    async fn twelve(
        &self, a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64, i: String, j: bool, k: (), l: (u8,),
    ) -> String {
        format!("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k:?}{l:?}")
    }

    #[action]
    fn alias(&self, amount: u64) -> ShapeResult {
        if amount > 1 { Err(ShapeError::TooMuch(amount)) } else { Ok(()) }
    }

    #[action]
    fn alias_with_value(&self) -> ShapeResult<Vec<u8>> {
        Ok(vec![1])
    }

    #[action]
    async fn path(&self) -> library::Result<Meters> {
        Err(ShapeError::TooMuch(2))
    }

    #[action]
    fn nested(&self, inner: Result<u8, String>) -> Result<Result<u8, String>, ShapeError> {
        Ok(inner)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Shapes>();
    calls(&registry.client().get_or_create::<Shapes>("here")).await?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = tokio::spawn(registry.serve(address.to_string()));
    while std::net::TcpStream::connect(address).is_err() {
        tokio::task::yield_now().await;
    }
    calls(&Client::new(&format!("http://{address}"))?.get_or_create::<Shapes>("there")).await?;
    server.abort();
    Ok(())
}

async fn calls(shapes: &ShapesHandle) -> callboard::Result<()> {
    shapes.nothing().await?;
    assert_eq!(shapes.options(Some(1), None, Some(vec![None])).await?, Some((1, true)));
    let twice = Pair { one: Meters(1), other: Meters(-2) };
    let pair = Pair { one: String::new(), other: vec![Pair { one: 1, other: 2 }] };
    assert_eq!(shapes.generics(pair, twice.clone()).await?, Pair { one: twice, other: 1 });
    let map = BTreeMap::from([("a".to_owned(), HashSet::from([Meters(1), Meters(2)]))]);
    assert_eq!(shapes.maps(map).await?, BTreeMap::from([("a".to_owned(), 2)]));
    let circle = Shape::Circle { radius: 0.5 };
    assert_eq!(shapes.enums(circle.clone()).await?, [Shape::Dot, Shape::Group { shapes: vec![circle] }]);
    let others = (Uuid::nil(), IpAddr::from([127, 0, 0, 1]), Duration::from_millis(1500));
    assert_eq!(shapes.others(others.0, others.1, others.2).await?, others);
    let numbers = (u64::MAX, i64::MIN, 0.1, 'ß', [1, 2, 3]);
    assert_eq!(shapes.numbers(numbers.0, numbers.1, numbers.2, numbers.3, numbers.4).await?, numbers);
    let twelve = shapes.twelve(1, 2, 3, 4, -5, -6, -7, -8, "nine".into(), true, (), (12,)).await?;
    assert_eq!(twelve, "1234-5-6-7-8ninetrue()(12,)");
    shapes.alias(1).await?;
    assert!(matches!(shapes.alias(5).await, Err(CallError::Action(ShapeError::TooMuch(5)))));
    assert_eq!(shapes.alias_with_value().await?, [1]);
    assert!(matches!(shapes.path().await, Err(CallError::Action(ShapeError::TooMuch(2)))));
    assert_eq!(shapes.nested(Err("no".into())).await?, Err("no".to_owned()));
    Ok(())
}
