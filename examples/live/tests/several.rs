//! Several servers of one Redis: any of them answers, one makes the board's events, and Redis may go away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod common;
#[path = "common/redis.rs"]
mod redis;

use std::time::{Duration, Instant};

use common::{Event, PATIENCE, Server, Stream, User, number, signal};
use redis::Redis;

fn server(redis: &Redis, arguments: &[&str]) -> Server {
    let store = ["--listen", "127.0.0.1:0", "--store", &redis.url(), "--keep-alive", "1"];
    Server::start(&[&store, arguments].concat())
}

/// The next event of the board; news of the store in between is counted.
async fn next(stream: &mut Stream, troubles: &mut u32) -> Option<Event> {
    loop {
        let event = stream.next().await?;
        match event.kind.as_str() {
            "trouble" => *troubles += 1,
            "well" => assert!(*troubles > 0),
            _ => return Some(event),
        }
    }
}

#[tokio::test]
async fn any_server_goes_on_where_another_left_off() {
    let redis = Redis::start();
    let mut servers = [server(&redis, &["--rate", "300"]), server(&redis, &["--rate", "300"])];
    // The cookie of one is good at the other.
    let ada = User::sign_in(&servers[0], "ada").await;
    let (mut id, mut last) = (String::new(), 0);
    for turn in 0..10 {
        let mut stream = ada.open(&servers[turn % 2], "/events", &id).await;
        let hello = stream.hello().await;
        assert!(turn == 0 || ["replay", "up-to-date"].contains(&hello.answer.as_str()), "{hello:?}");
        for _ in 0..30 {
            let event = stream.next().await.unwrap();
            assert_eq!(number(&event), last + 1, "turn {turn}");
            last += 1;
        }
        id = stream.id;
    }
    // Whichever makes the events is killed; the other one goes on with the next number.
    servers[0].kill();
    let mut stream = ada.open(&servers[1], "/events", &id).await;
    stream.hello().await;
    let until = last + 600;
    while last < until {
        assert_eq!(number(&stream.next().await.unwrap()), last + 1);
        last += 1;
    }
}

#[tokio::test]
async fn notifications_reach_a_user_at_another_server() {
    let redis = Redis::start();
    let servers = [server(&redis, &["--rate", "0"]), server(&redis, &["--rate", "0"])];
    let (ada, grace) = (User::sign_in(&servers[0], "ada").await, User::sign_in(&servers[1], "grace").await);
    let mut stream = ada.open(&servers[0], "/me/events", "").await;
    stream.hello().await;
    for n in 0..20 {
        assert_eq!(grace.notify(&servers[1], "ada", &format!("number {n}")).await, 204);
        assert!(stream.next().await.unwrap().data.contains(&format!("number {n}")));
    }
}

#[tokio::test]
async fn while_redis_is_away_clients_are_told_and_then_go_on() {
    let mut redis = Redis::that_keeps();
    let server = server(&redis, &["--rate", "100"]);
    let ada = User::sign_in(&server, "ada").await;
    let (mut stream, mut troubles) = (ada.open(&server, "/events", "").await, 0);
    stream.hello().await;
    let mut last = 0;
    for round in 0..2 {
        for _ in 0..50 {
            last += 1;
            assert_eq!(number(&next(&mut stream, &mut troubles).await.unwrap()), last);
        }
        redis.stop();
        let health = ada.get(&server, "/health");
        let started = Instant::now();
        while health.try_clone().unwrap().send().await.unwrap().status() != 503 {
            assert!(started.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(ada.notify(&server, "grace", "x").await, 503);
        // One that connects meanwhile is told, waits, and gets its start when Redis is back.
        let mut late = ada.open(&server, "/me/events", "").await;
        assert_eq!(late.next().await.unwrap().kind, "trouble");
        tokio::time::sleep(Duration::from_millis(500)).await;
        redis.restart();
        assert_eq!(late.hello().await.answer, "new", "round {round}");
        while health.try_clone().unwrap().send().await.unwrap().status() != 200 {
            assert!(started.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // It has been told each time, in between what it had not read yet.
    while troubles < 2 {
        last += 1;
        assert_eq!(number(&next(&mut stream, &mut troubles).await.unwrap()), last);
    }
    assert!(server.log.lock().unwrap().contains("Connection refused"));
}

#[tokio::test]
async fn a_redis_that_answers_late_is_waited_for() {
    let redis = Redis::start();
    let server = server(&redis, &["--rate", "100"]);
    let ada = User::sign_in(&server, "ada").await;
    let (mut stream, mut troubles) = (ada.open(&server, "/events", "").await, 0);
    stream.hello().await;
    let mut last = 0;
    for pause in [300, 3_000] {
        for _ in 0..50 {
            last += 1;
            assert_eq!(number(&next(&mut stream, &mut troubles).await.unwrap()), last);
        }
        signal(redis.id(), "STOP");
        tokio::time::sleep(Duration::from_millis(pause)).await;
        signal(redis.id(), "CONT");
    }
    for _ in 0..50 {
        last += 1;
        assert_eq!(number(&next(&mut stream, &mut troubles).await.unwrap()), last, "not made twice either");
    }
    assert!(troubles > 0, "after three seconds they are told");
}

#[tokio::test]
async fn a_server_starts_without_its_redis_and_is_well_when_it_comes() {
    let mut redis = Redis::start();
    redis.stop();
    let server = server(&redis, &["--rate", "100"]);
    let http = reqwest::Client::new();
    let login = serde_json::json!({ "name": "ada", "password": "ada" });
    let request = http.post(format!("{}/login", server.address)).json(&login);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("Connection refused"));
    redis.restart();
    let ada = User::sign_in(&server, "ada").await;
    let mut stream = ada.open(&server, "/events", "").await;
    let mut troubles = 0;
    let event = next(&mut stream, &mut troubles).await.unwrap();
    assert_eq!(event.kind, "hello");
    assert_eq!(number(&next(&mut stream, &mut troubles).await.unwrap()), 1);
}

#[tokio::test]
async fn a_redis_made_anew_is_another_life() {
    let mut redis = Redis::start(); // that forgets
    let server = server(&redis, &["--rate", "100"]);
    let ada = User::sign_in(&server, "ada").await;
    let (mut stream, mut troubles) = (ada.open(&server, "/events", "").await, 0);
    stream.hello().await;
    for n in 1..=100 {
        assert_eq!(number(&stream.next().await.unwrap()), n);
    }
    redis.restart();
    // The place of whoever listens is gone: the connection ends, and the next one is told.
    while let Some(event) = next(&mut stream, &mut troubles).await {
        assert!(number(&event) > 100, "events of another life among those of this one: {event:?}");
    }
    let ada = User::sign_in(&server, "ada").await;
    let mut again = ada.open(&server, "/events", &stream.id).await;
    let hello = loop {
        let event = next(&mut again, &mut troubles).await.unwrap();
        if event.kind == "hello" {
            break event;
        }
    };
    assert!(hello.data.contains("unknown"), "{hello:?}");
    assert_eq!(number(&next(&mut again, &mut troubles).await.unwrap()), 1);
}
