//! `live load` as a program: small runs of each kind, and what it says when something is wrong.

mod common;
#[path = "common/redis.rs"]
mod redis;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use common::{PATIENCE, Server, live, signal};
use redis::Redis;
use serde_json::Value;

fn load(arguments: &[&str]) -> Command {
    let mut command = live();
    command.arg("load").args(arguments);
    command
}

/// Status, standard output, standard error.
fn run(mut command: Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let [out, error] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), out, error)
}

/// What a run reports that ends with this status.
fn report(status: i32, arguments: &[&str]) -> Value {
    let (code, out, error) = run(load(&[arguments, &["--json"]].concat()));
    assert_eq!(code, Some(status), "{out}{error}");
    serde_json::from_str(&out).unwrap()
}

/// What it says that it could not do.
fn refused(command: Command) -> String {
    let (code, out, error) = run(command);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
    error
}

fn number(report: &Value, key: &str) -> f64 {
    report[key].as_f64().unwrap_or_else(|| panic!("{key} in {report}"))
}

/// All that was published came to all clients.
fn assert_whole(report: &Value, clients: f64) {
    for fault in ["lost", "doubled", "malformed"] {
        assert_eq!(number(report, fault), 0.0, "{fault} in {report}");
    }
    let (published, doubtful) = (number(report, "published"), number(report, "doubtful"));
    let each = number(report, "delivered") / clients;
    assert!(published > 10.0 && (published..=published + doubtful).contains(&each), "{report}");
}

#[test]
fn idle_connections_are_opened_and_weighed() {
    let report = report(0, &["idle", "--connections", "200", "--seconds", "0.5", "--clients", "2"]);
    for (key, is) in [("connections", 200.0), ("open_at_the_end", 200.0), ("servers", 1.0), ("workers", 2.0)]
    {
        assert_eq!(number(&report, key), is, "{key} in {report}");
    }
    assert_eq!(report["losses"], serde_json::json!({}));
    for key in ["server_resident_bytes_per_connection", "worker_resident_bytes_per_connection"] {
        assert!((100.0..200_000.0).contains(&number(&report, key)), "{key} in {report}");
    }
    assert!(number(&report["opening_ms"], "max") >= number(&report["opening_ms"], "p50"));
}

#[test]
fn each_event_comes_to_each_client_in_time() {
    let chart = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fan-out.svg");
    let chart = chart.to_str().unwrap();
    let report =
        report(0, &["fan-out", "--connections", "100", "--seconds", "2", "--size", "1000", "--chart", chart]);
    assert_whole(&report, 100.0);
    assert_eq!(report["answers"], serde_json::json!({ "now": 100 }));
    let latency = &report["latency_ms"];
    assert!(number(latency, "p50") > 0.0 && number(latency, "p50") <= number(latency, "p99"), "{report}");
    let svg = std::fs::read_to_string(chart).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("due to client"), "{svg}");
}

#[test]
fn a_storm_loses_nothing_over_a_file() {
    let report = report(0, &["storm", "--connections", "100", "--seconds", "1", "--rate", "50"]);
    assert_whole(&report, 100.0);
    assert_eq!(number(&report, "back"), 100.0);
    // Events were stored while nobody was there, so all who came back had missed some.
    assert_eq!(report["answers"], serde_json::json!({ "now": 100, "replay": 100 }));
    assert!(number(&report, "requests_per_s_peak") > 0.0 && number(&report, "all_back_s") >= 1.0, "{report}");
}

#[test]
fn a_storm_over_two_servers_loses_nothing_over_redis() {
    let redis = Redis::start();
    let url = redis.url();
    let report = report(
        0,
        &[
            "storm",
            "--connections",
            "100",
            "--seconds",
            "1",
            "--rate",
            "50",
            "--servers",
            "2",
            "--store",
            &url,
        ],
    );
    assert_whole(&report, 100.0);
    assert_eq!((number(&report, "back"), number(&report, "servers")), (100.0, 2.0));
}

#[test]
fn a_server_that_runs_is_measured_and_left_running() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::over(&folder.path().join("log"), &["--load", "--rate", "0"]);
    let pid = server.id().to_string();
    for _ in 0..2 {
        // Twice: what an earlier run has published does not matter.
        let report = report(
            0,
            &["fan-out", "--connections", "20", "--seconds", "0.5", "--url", &server.address, "--pid", &pid],
        );
        assert_whole(&report, 20.0);
        assert!(report["server_cpu_s"]["user"].is_number(), "{report}");
    }
}

/// A server of the same paths that loses the third event and sends the fifth twice.
fn bad_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let clients = Arc::<Mutex<Vec<TcpStream>>>::default();
        for stream in listener.incoming().map_while(Result::ok) {
            let clients = clients.clone();
            thread::spawn(move || serve_badly(stream, &clients));
        }
    });
    format!("http://{address}/")
}

fn serve_badly(mut stream: TcpStream, clients: &Mutex<Vec<TcpStream>>) {
    let mut read = BufReader::new(stream.try_clone().unwrap());
    loop {
        let (mut method, mut size) = (None, 0);
        for line in read.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
            method = method.or(line.split(' ').next().map(str::to_owned));
            size = line.strip_prefix("content-length: ").map_or(size, |size| size.parse().unwrap());
        }
        let Some(method) = method else { return };
        if method == "GET" {
            let hello = "event: hello\ndata: {\"answer\":\"now\"}\n\nid: 0\n\n";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            return if stream.write_all((head.to_owned() + hello).as_bytes()).is_ok() {
                clients.lock().unwrap().push(stream);
            };
        }
        let mut data = vec![0; size];
        read.read_exact(&mut data).unwrap();
        let data = String::from_utf8(data).unwrap();
        let n = serde_json::from_str::<Value>(&data).unwrap()["n"].as_u64().unwrap();
        let times = [1, 0, 2][usize::from(n == 3) + 2 * usize::from(n == 5)];
        let block = format!("event: load\nid: {n}\ndata: {data}\n\n").repeat(times);
        clients.lock().unwrap().iter_mut().for_each(|client| client.write_all(block.as_bytes()).unwrap());
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    }
}

#[test]
fn what_is_lost_or_doubled_is_counted_and_the_status_tells() {
    let url = bad_server();
    let report = report(1, &["fan-out", "--connections", "7", "--seconds", "0.5", "--url", &url]);
    assert_eq!((number(&report, "lost"), number(&report, "doubled")), (7.0, 7.0), "{report}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    for (arguments, says) in [
        (
            &["fan-out", "--connections", "9", "--servers", "2"][..],
            "2 servers cannot share a log: give them --store",
        ),
        (
            &["idle", "--connections", "9", "--url", "http://127.0.0.1:1"],
            "http://127.0.0.1:1 cannot be reached",
        ),
        (&["idle", "--connections", "9", "--url", "ftp://a"], "--url takes http://HOST:PORT"),
        (
            &["idle", "--connections", "1000000", "--url", "http://127.0.0.1:1"],
            "net.ipv4.ip_local_port_range",
        ),
        (
            &["storm", "--connections", "9", "--log", folder],
            "a server did not start (exit status: 2): live serve: ",
        ),
        (&["idle", "--connections", "0"], "one is the least"),
        (&["idle", "--connections", "9", "--", "--no-such"], "a server did not start"),
    ] {
        let error = refused(load(arguments));
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn a_server_without_the_stream_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::over(&folder.path().join("log"), &[]);
    let error = refused(load(&["fan-out", "--connections", "9", "--url", &server.address]));
    assert!(error.contains("a client gave up: the server answered with status 404"), "{error}");
}

#[test]
fn too_few_files_are_said_before_anything_starts() {
    let mut limited = Command::new("sh");
    let load = env!("CARGO_BIN_EXE_live");
    let script = format!("ulimit -n 150; exec {load} load idle --connections 100 --servers 1");
    limited.args(["-c", &script]);
    let error = refused(limited);
    assert!(error.contains("a process may have 150 files open") && error.contains("ulimit -n"), "{error}");
}

#[test]
fn a_signal_ends_all_processes() {
    let mut command = load(&["idle", "--connections", "20", "--seconds", "600"]);
    let mut process = command.spawn().unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
    said.find(|line| line.starts_with("all 20 connections are open")).unwrap();
    let children = format!("/proc/{0}/task/{0}/children", process.id());
    let children = std::fs::read_to_string(children).unwrap();
    assert_eq!(children.split_ascii_whitespace().count(), 2, "a server and a worker: {children}");
    signal(process.id(), "TERM");
    assert_eq!(process.wait().unwrap().code(), Some(2));
    assert!(said.any(|line| line == "live load: terminated"));
    let started = Instant::now();
    for child in children.split_ascii_whitespace() {
        while Path::new("/proc").join(child).join("exe").exists() {
            assert!(started.elapsed() < PATIENCE, "{child} is still there");
            thread::yield_now();
        }
    }
}
