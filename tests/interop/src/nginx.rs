//! The same servers behind nginx, and what its buffering does to the first event.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, future};
use reqwest::{Client, Version};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::Barrier;

use crate::Error;
use crate::client_log::{PATIENCE, client, events, open};
use crate::matrix::Matrix;
use crate::peer::{Peer, Speech};
use crate::process::{self, Group};
use crate::rounds::{Tally, meet};
use crate::server_script::Told;

const STREAMS: usize = 100;

/// nginx as any user runs it: one process, all its files in a directory of its own.
struct Nginx {
    version: String,
    http1: String,
    http2: String,
    _directory: TempDir,
    _process: Group,
}

impl Nginx {
    /// In front of `peers`: each at `/INDEX/`, and unbuffered at `/unbuffered/INDEX/`.
    async fn start(peers: &[Peer]) -> Result<Self, Error> {
        let version = process::version("nginx", &["-v"]).await?;
        let version = version.rsplit('/').next().unwrap_or_default().to_owned();

        let directory = TempDir::with_prefix("sse-proto-nginx-")?;
        let [http1, http2] = free_addresses()?;
        std::fs::write(directory.path().join("nginx.conf"), configuration(peers, &http1, &http2))?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(directory.path()).args(["-e", "error.log", "-c", "nginx.conf"]);
        let process = Group::start(&mut command)?;
        for address in [&http1, &http2] {
            let mut tries = 0;
            while TcpStream::connect(address).await.is_err() {
                tries += 1;
                if tries == 250 {
                    let log = std::fs::read_to_string(directory.path().join("error.log")).unwrap_or_default();
                    return Err(format!("nginx does not listen on {address}: {log}").into());
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let [http1, http2] = [http1, http2].map(|address| format!("http://{address}"));
        Ok(Self { version, http1, http2, _directory: directory, _process: process })
    }

    /// The two versions that a row speaks of.
    fn behind(&self, peer: &Peer) -> String {
        format!("{}, nginx {}", peer.version, self.version)
    }
}

/// nginx cannot tell which port it got: these were free a moment ago.
fn free_addresses() -> Result<[String; 2], Error> {
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    Ok([listeners[0].local_addr()?.to_string(), listeners[1].local_addr()?.to_string()])
}

fn configuration(peers: &[Peer], http1: &str, http2: &str) -> String {
    let locations = |(index, peer): (usize, &Peer)| {
        let base = &peer.base;
        format!(
            "location /{index}/ {{ proxy_pass {base}/; }}\n\
             location /unbuffered/{index}/ {{ proxy_pass {base}/; proxy_buffering off; }}\n\
             location /chunked/{index}/ {{\n\
             proxy_pass {base}/; proxy_http_version 1.1; proxy_set_header Connection \"\";\n}}\n"
        )
    };
    let locations: String = peers.iter().enumerate().map(locations).collect();
    // One process, so that none is left behind when it is killed. HTTP/1.0 was the default up to 1.29.
    format!(
        "daemon off;\n\
         master_process off;\n\
         pid nginx.pid;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
         access_log off;\n\
         client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
         uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n\
         proxy_http_version 1.0;\n\
         add_header X-Connection $connection;\n\
         server {{\nlisten {http1};\nlisten {http2} http2;\n{locations}}}\n\
         }}\n"
    )
}

/// Rows for `peers` behind nginx; the first of them is one that sends `X-Accel-Buffering` only if it is asked to.
pub async fn run(matrix: &mut Matrix, peers: &[Peer], told: &Told) -> Result<(), Error> {
    let [first, others @ ..] = peers else { return Err("no server to stand before".into()) };
    let nginx = Nginx::start(peers).await?;
    let (http1, http2) = (client(Version::HTTP_11)?, client(Version::HTTP_2)?);
    let direct = Peer { speech: Speech { cuts: &[0, 1], ..first.speech }, ..first.clone() };
    let asked = Peer { speech: Speech { query: "accel=no", ..direct.speech }, ..direct.clone() };
    for (setting, peer, client, path, buffered) in [
        ("HTTP/1.0 to the server, buffering", &direct, &http1, format!("{}/0", nginx.http1), true),
        // nginx then passes on each chunk that it has read, which its manual does not promise.
        ("HTTP/1.1 to the server, buffering", &direct, &http1, format!("{}/chunked/0", nginx.http1), false),
        ("X-Accel-Buffering: no", &asked, &http1, format!("{}/0", nginx.http1), false),
        ("proxy_buffering off", &direct, &http1, format!("{}/unbuffered/0", nginx.http1), false),
        ("HTTP/1.0 to the server, buffering", &direct, &http2, format!("{}/0", nginx.http2), true),
        ("X-Accel-Buffering: no", &asked, &http2, format!("{}/0", nginx.http2), false),
    ] {
        let mut tally = Tally::default();
        meet(&mut tally, peer, told, client, &path).await;
        tally.judge_hold(peer, client, &path, buffered).await;
        matrix.add(tally.row(&format!("{} behind nginx, {setting}", peer.name), &nginx.behind(peer)));
    }
    for (index, peer) in (1..).zip(others) {
        let (mut tally, path) = (Tally::default(), format!("{}/{index}", nginx.http1));
        meet(&mut tally, peer, told, &http1, &path).await;
        tally.judge_hold(peer, &http1, &path, false).await;
        tally.notes.push("the server itself sends X-Accel-Buffering: no".into());
        matrix.add(tally.row(&format!("{} behind nginx", peer.name), &nginx.behind(peer)));
    }

    let mut tally = Tally { over: ["HTTP/2"].into(), ..Tally::default() };
    let result = many(&nginx.http2, &asked, &http1).await;
    tally.judge(|| format!("{STREAMS} streams at once"), result);
    tally.cases = STREAMS;
    tally.notes.push(format!(
        "{STREAMS} streams, all open until each has delivered its first event, on one connection"
    ));
    matrix.add(tally.row("Express behind nginx, many streams", &nginx.behind(&direct)));
    Ok(())
}

/// Many streams that the server holds open, all on one connection of nginx.
async fn many(base: &str, peer: &Peer, direct: &Client) -> Result<(), Error> {
    let (client, all_open) = (client(Version::HTTP_2)?, Arc::new(Barrier::new(STREAMS)));
    let streams = (0..STREAMS).map(|number| {
        let (client, direct, all_open) = (client.clone(), direct.clone(), all_open.clone());
        let url = format!("{base}/0/hold/many-{number}?{}&ends=lf", peer.speech.query);
        let release = format!("{}/release/many-{number}", peer.base);
        tokio::spawn(async move {
            let response = open(&client, &url).await?;
            let connection = response.headers().get("x-connection").ok_or("no X-Connection")?.clone();
            let mut events = events(response);
            let first = events.next().await.ok_or("no event")??;
            events.next().await.ok_or("no second event")??;
            all_open.wait().await;
            direct.get(release).send().await?.error_for_status()?;
            let last = events.next().await.ok_or("no last event")??;
            match (first.data(), last.data(), events.next().await) {
                ("first", "last", None) => Ok(connection),
                other => Err(Error::from(format!("stream {number}: arrived {other:?}"))),
            }
        })
    });
    let all = tokio::time::timeout(PATIENCE, future::try_join_all(streams));
    let connections = all.await.map_err(|_| "not all streams opened at once")??;
    let connections = connections.into_iter().collect::<Result<HashSet<_>, _>>()?;
    if connections.len() == 1 { Ok(()) } else { Err(format!("on {} connections", connections.len()).into()) }
}
