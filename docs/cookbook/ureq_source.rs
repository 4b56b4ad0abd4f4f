//! A client that reconnects, over ureq, without async: a closure that connects is all it takes.

use std::io::{self, ErrorKind};
use std::time::Duration;

use sse_proto::EventBuf;
use sse_proto::driver::{BlockingEventSource, DriverError, Response};
use sse_proto::session::{Request, Session};

/// The events of `url`, over any number of connections. A connection is lost after a silence of `idle`, also before its head.
pub fn events(
    url: &str,
    idle: Duration,
) -> impl Iterator<Item = Result<EventBuf, DriverError<io::Error>>> + use<> {
    // A read that times out lets the session look at the time. The session judges the status, too.
    let settings = ureq::config::Config::builder().timeout_per_read(Some(idle)).http_status_as_error(false);
    let (agent, url) = (settings.build().new_agent(), url.to_owned());
    let connect = move |request: &Request<'_>, timeout| {
        let call = agent.get(&url).config();
        let call =
            call.timeout_resolve(timeout).timeout_connect(timeout).timeout_recv_response(timeout).build();
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

/// So that the driver recognises a timeout.
fn into_io(error: ureq::Error) -> io::Error {
    match error {
        ureq::Error::Timeout(_) => io::Error::new(ErrorKind::TimedOut, error),
        error => error.into_io(),
    }
}
