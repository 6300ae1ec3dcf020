use super::*;

fn address(text: &str) -> Address {
    Address::new(text.parse().expect("an address"))
}

#[test]
fn permits_are_counted_in_all_and_per_address_and_are_released() {
    let permits = Permits::new(
        Arc::new(Limits::new().connections(3).connections_per_address(2)),
        LimitWarnings::default(),
    );
    let enter = |from| permits.acquire(Resource::Connection, Some(address(from)));
    let (one, two) = (enter("10.0.0.1").expect("there is room"), enter("10.0.0.1").expect("there is room"));
    assert!(enter("::ffff:10.0.0.1").is_err_and(|fault| fault.is("guard", "too_many_connections")));
    let three = enter("10.0.0.2").expect("it has its own two");
    assert!(enter("10.0.0.3").is_err(), "three are all");
    assert!(
        permits.acquire(Resource::Socket, Some(address("10.0.0.1"))).is_ok(),
        "sockets have limits of their own"
    );
    drop(one);
    assert!(enter("10.0.0.1").is_ok());
    drop((two, three));
    assert!(permits.table.lock().by_address.is_empty(), "an address without use is removed");
}

#[test]
fn one_customer_of_ipv6_is_one_address() {
    assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2:ffff::1"));
    assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
    assert_eq!(address("::ffff:192.0.2.7"), address("192.0.2.7"));
}

#[tokio::test(start_paused = true)]
async fn a_second_of_requests_may_come_at_once_and_then_one_at_a_time() {
    let permits = Permits::new(Arc::new(Limits::new().requests_per_second(10)), LimitWarnings::default());
    let ask = |from| permits.count_request(Some(address(from)));
    for nth in 0..10 {
        assert_eq!(ask("10.0.0.1"), Ok(()), "{nth}");
    }
    assert_eq!(ask("10.0.0.1"), Err(Duration::from_millis(100)), "and how long to wait");
    assert_eq!(ask("10.0.0.2"), Ok(()), "others are not touched");
    tokio::time::advance(Duration::from_millis(100)).await;
    assert_eq!(ask("10.0.0.1"), Ok(()));
    assert!(ask("10.0.0.1").is_err());
    tokio::time::advance(Duration::from_mins(1)).await;
    for _ in 0..10 {
        assert_eq!(ask("10.0.0.1"), Ok(()));
    }
    assert!(ask("10.0.0.1").is_err(), "what was not used is not saved up beyond a second");
}

#[tokio::test(start_paused = true)]
async fn a_second_of_actors_may_be_made_at_once_of_one_address_and_in_all() {
    let limits = Limits::new().actors_made_per_second(5).actors_made_per_second_per_address(2);
    let permits = Permits::new(Arc::new(limits), LimitWarnings::default());
    let make = |from: Option<&str>| {
        let refused = permits.stranger(from.map(address)).make().err();
        refused.map(|fault| fault.metadata().expect("which limit")["limit"].clone())
    };
    for from in ["10.0.0.1", "10.0.0.2"] {
        assert_eq!((make(Some(from)), make(Some(from))), (None, None));
        assert_eq!(make(Some(from)).expect("a limit"), "actors_made_per_second_per_address");
    }
    assert_eq!(make(None), None, "a refusal costs the others nothing");
    assert_eq!(make(None).expect("a limit"), "actors_made_per_second");
    assert_eq!(make(Some("10.0.0.3")).expect("a limit"), "actors_made_per_second");
    tokio::time::advance(Duration::from_millis(200)).await;
    assert_eq!(make(Some("10.0.0.1")).expect("a limit"), "actors_made_per_second_per_address");
    assert_eq!(make(Some("10.0.0.3")), None);
    tokio::time::advance(Duration::from_mins(1)).await;
    let none = Limits::new().actors_made_per_second(0).actors_made_per_second_per_address(0);
    let permits = Permits::new(Arc::new(none), LimitWarnings::default());
    assert!((0..10_000).all(|_| permits.stranger(Some(address("10.0.0.1"))).make().is_ok()));
}

#[tokio::test(start_paused = true)]
async fn addresses_without_use_are_removed() {
    let permits = Permits::new(Arc::new(Limits::new().requests_per_second(10)), LimitWarnings::default());
    for nth in 0..100_000_u32 {
        permits.count_request(Some(Address::new(IpAddr::V4(nth.into())))).expect("its first");
        if nth % 1000 == 0 {
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    }
    assert!(permits.table.lock().by_address.len() < 4096);
}
