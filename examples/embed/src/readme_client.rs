//! The client that README shows: whole, over ureq.

use std::io;

use sse_proto::driver::{BlockingEventSource, Response};
use sse_proto::session::{Request, Session};

use crate::Error;

/// Hands the data of each event of `url` on, for ever; what ends it is the error.
pub fn run(url: &str, mut on_event: impl FnMut(&str)) -> Result<(), Error> {
    let session = Session::builder().retry_head(|head| head.status >= 500).build();
    let agent = ureq::config::Config::builder().http_status_as_error(false).build().new_agent();
    let connect = |request: &Request<'_>, _timeout| -> io::Result<_> {
        let get = request.headers().fold(agent.get(url), |get, (name, value)| get.header(name, value));
        let (head, body) = get.call().map_err(ureq::Error::into_io)?.into_parts();
        Ok(Response::new(head.status.as_u16(), body.into_reader()).headers(&head.headers))
    };
    for event in BlockingEventSource::new(session, connect) {
        on_event(event?.data());
    }
    Ok(())
}
