//! `live serve`.

mod accept;
mod http;
mod login;
mod page;
mod stream;

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::demo;
use crate::hub::Hub;
use crate::store::{Keep, Store, StoreError};
use crate::topic_name::TopicName;
use http::Server;
use login::Users;

/// Shows a dashboard of live events whose viewers lose nothing
#[derive(clap::Args)]
#[command(after_help = "\
Exit status:
  0  stopped by a signal (SIGINT, SIGTERM), after its streams have ended
  2  wrong use, a port in use, a store that cannot be opened

Examples:
  live serve                                          then open http://127.0.0.1:8080
  live serve --tls                                    HTTP/2: more than six tabs work
  live serve --store redis://127.0.0.1:6379/ --listen 127.0.0.1:8081
                                                      one of several servers")]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The file that keeps the events, itself an event stream
    #[arg(long, value_name = "FILE", default_value = "live.log")]
    log: PathBuf,
    /// Redis 7 in place of the file, redis://HOST:PORT/: then there may be several servers
    #[arg(long, value_name = "URL", conflicts_with = "log")]
    store: Option<String>,
    /// HTTP/2 over TLS, with a certificate that is made at the start and signs itself
    #[arg(long)]
    tls: bool,
    /// Who may sign in, instead of ada, grace and linus, whose passwords are their names; may be given more than once
    #[arg(long = "user", value_name = "NAME:PASSWORD", value_parser = user)]
    users: Vec<(String, String)>,
    /// Seconds without an event after which a client gets a keep-alive
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=3600))]
    keep_alive: u64,
    /// Seconds without taking a byte after which a client's connection is cut; it comes back by its id
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    slow: u64,
    /// Events of the board that are kept
    #[arg(long, value_name = "EVENTS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    hold: u32,
    /// Events of the board in a second; 0 makes none
    #[arg(long, value_name = "EVENTS", default_value_t = 9, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    rate: u32,
    /// Threads that serve, as many as there are processors if it is left out
    #[arg(long, value_name = "THREADS", value_parser = clap::value_parser!(u32).range(1..=1024))]
    workers: Option<u32>,
    /// Let other servers listen at the same port, too
    #[arg(long)]
    reuse_port: bool,
    /// Without login, `GET /load/events` and `POST /load/events` for `live load`
    #[arg(long)]
    load: bool,
}

fn user(text: &str) -> Result<(String, String), String> {
    let (name, password) = text.split_once(':').ok_or("a name and a password with a colon between")?;
    let legal = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !legal {
        return Err("a name is made of ASCII letters, digits, and any of - _ .".into());
    }
    match password {
        "" => Err("the password is empty".into()),
        _ => Ok((name.into(), password.into())),
    }
}

/// What stops the server before it serves.
#[derive(Debug, thiserror::Error)]
enum NotServing {
    #[error("{0}")]
    Open(#[from] crate::store::OpenError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("cannot listen at {address}: {what}")]
    Listen { address: SocketAddr, what: io::Error },
    #[error("cannot make a certificate: {0}")]
    Certificate(Box<dyn std::error::Error + Send + Sync>),
    #[error("{0}")]
    Io(#[from] io::Error),
}

pub fn run(args: ServeArgs) -> ExitCode {
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(colours).with_target(false).init();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = args.workers {
        runtime.worker_threads(workers as usize);
    }
    let done = runtime
        .enable_all()
        .build()
        .map_err(NotServing::from)
        .and_then(|runtime| runtime.block_on(serve(args)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("live serve: {error}");
            ExitCode::from(2)
        }
    }
}

async fn serve(args: ServeArgs) -> Result<(), NotServing> {
    let (clock, keep) = (Clock::of_the_system(), Keep { events: args.hold as usize });
    // The port first: who cannot have it should not touch the store.
    let listener = accept::listen(args.listen, args.reuse_port)
        .map_err(|what| NotServing::Listen { address: args.listen, what })?;
    let address = listener.local_addr()?;
    let store = match &args.store {
        Some(url) => Store::of_url(url, keep, clock.clone())?,
        None => Store::of_file(args.log.clone(), keep, clock.clone())?,
    };
    let tls =
        if args.tls { Some(accept::self_made(address).map_err(NotServing::Certificate)?) } else { None };
    let hub = Hub::new(store);
    let default = || ["ada", "grace", "linus"].map(|name| (name.into(), name.into())).to_vec();
    let server = Server {
        hub: hub.clone(),
        users: Users::new(if args.users.is_empty() { default() } else { args.users.clone() }),
        key: Arc::default(),
        clock: clock.clone(),
        keep_alive: Duration::from_secs(args.keep_alive),
        is_secure: args.tls,
    };
    if args.rate > 0 {
        tokio::spawn(show(hub.clone(), clock, Duration::from_secs(1) / args.rate));
    }
    announce(address, tls.is_some())?;
    until_stopped(listener, tls, server, &args).await?;
    // What was stored in the last second.
    hub.store().sync().map_err(NotServing::from)
}

async fn until_stopped(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    server: Server,
    args: &ServeArgs,
) -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hub = server.hub.clone();
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        hub.end();
    };
    accept::serve(listener, tls, http::router(server, args.load), Duration::from_secs(args.slow), stop).await;
    Ok(())
}

/// The one line on standard output.
fn announce(address: SocketAddr, secure: bool) -> io::Result<()> {
    let scheme = if secure { "https" } else { "http" };
    let mut out = io::stdout().lock();
    match writeln!(out, "listening on {scheme}://{address}").and_then(|()| out.flush()) {
        // Whoever started it does not want to read it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Makes the board's events, if no other server of the store does. The next number is read from the store whenever that may have
/// changed: another one made some, or one that was said to have failed is there.
async fn show(hub: Arc<Hub>, clock: Clock, pace: Duration) {
    const LEASE_CHECK: Duration = Duration::from_secs(1);
    let board = hub.topic(&TopicName::Board);
    let mut last = None;
    let mut leads_until = tokio::time::Instant::now();
    let mut beat = tokio::time::interval(pace);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if tokio::time::Instant::now() >= leads_until {
            if !matches!(hub.heard(hub.store().lead().await), Ok(true)) {
                last = None;
                tokio::time::sleep(LEASE_CHECK).await;
                continue;
            }
            leads_until = tokio::time::Instant::now() + LEASE_CHECK;
        }
        let n = match last {
            Some(last) => last + 1,
            None => match hub.heard(board.catch_up(hub.store()).await) {
                Ok(()) => board.last_event().map_or(0, |event| demo::number(&event)) + 1,
                Err(_) => continue,
            },
        };
        let published = hub.publish(&TopicName::Board, demo::event(n, clock.now())).await;
        last = published.is_ok().then_some(n);
    }
}
