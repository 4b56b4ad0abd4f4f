//! A client that reconnects and waits, over ureq: a closure that connects is all it takes.

use std::io::{self, ErrorKind};
use std::time::Duration;

use sse_proto::EventBuf;
use sse_proto::driver::{BlockingEventSource, DriverError, Response};
use sse_proto::session::{Request, Session};

/// The events of `url`, for ever. Silence of `idle` is a lost connection, also where the server should send a head.
pub fn events(
    url: &str,
    idle: Duration,
) -> impl Iterator<Item = Result<EventBuf, DriverError<io::Error>>> + use<> {
    // A read that comes back without a byte lets the session look at the time; a status is the session's to judge.
    let settings = ureq::config::Config::builder().timeout_per_read(Some(idle)).http_status_as_error(false);
    let (agent, url) = (settings.build().new_agent(), url.to_owned());
    let connect = move |request: &Request<'_>, timeout| {
        let call = agent.get(&url).config().timeout_recv_response(timeout).build();
        let call = request.headers().fold(call, |call, (name, value)| call.header(name, value));
        let (head, body) = call.call().map_err(into_io)?.into_parts();
        Ok(Response::new(head.status.as_u16(), Body(body.into_reader())).headers(&head.headers))
    };
    BlockingEventSource::new(Session::builder().idle_timeout(Some(idle)).build(), connect)
}

struct Body(ureq::BodyReader<'static>);

impl io::Read for Body {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|error| error.downcast().map_or_else(|error| error, into_io))
    }
}

/// A timeout is one for the driver, too.
fn into_io(error: ureq::Error) -> io::Error {
    match error {
        ureq::Error::Timeout(_) => io::Error::new(ErrorKind::TimedOut, error),
        error => error.into_io(),
    }
}
