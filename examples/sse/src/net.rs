//! How `tail` talks HTTP: over ureq and rustls.

use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use sse_proto::driver::{BlockingTransport, Response};
use sse_proto::session::Request;
use ureq::http;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// A request that is made anew for each connection.
pub(crate) struct Net {
    agent: ureq::Agent,
    url: http::Uri,
    headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// The body of a POST.
    post: Option<Vec<u8>>,
}

impl Net {
    /// `pem` are certificates to trust in place of those of the web.
    pub(crate) fn new(
        url: http::Uri,
        headers: Vec<(http::HeaderName, http::HeaderValue)>,
        post: Option<Vec<u8>>,
        pem: Option<&[u8]>,
        idle: Option<Duration>,
    ) -> Result<Self, String> {
        let mut settings = ureq::config::Config::builder()
            .http_status_as_error(false)
            .timeout_connect(Some(idle.unwrap_or(Duration::from_secs(60))))
            // A read that comes back without a byte lets the session look at the time.
            .timeout_per_read(idle)
            .user_agent(concat!("sse-tool/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = pem {
            let certificates = parse_pem(pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                    Ok(_) => None,
                    Err(error) => Some(Err(error.to_string())),
                })
                .collect::<Result<Vec<_>, _>>()?;
            if certificates.is_empty() {
                return Err("there is no certificate in it (PEM: -----BEGIN CERTIFICATE-----)".to_owned());
            }
            let roots = RootCerts::new_with_certs(&certificates);
            settings = settings.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self { agent: settings.build().new_agent(), url, headers, post })
    }

    fn send(&self, request: &Request<'_>, timeout: Option<Duration>) -> Result<Body, ureq::Error> {
        let method = if self.post.is_some() { http::Method::POST } else { http::Method::GET };
        let mut http = http::Request::new(());
        (*http.method_mut(), *http.uri_mut()) = (method, self.url.clone());
        for (name, value) in request.headers() {
            if let Ok(value) = http::HeaderValue::from_bytes(value) {
                http.headers_mut().insert(name, value);
            }
        }
        if self.post.is_some() {
            http.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
        }
        // Those of the user come last: the first of a name replaces ours, more of it are added.
        for (at, (name, value)) in self.headers.iter().enumerate() {
            match self.headers.iter().take(at).any(|(before, _)| before == name) {
                true => http.headers_mut().append(name, value.clone()),
                false => http.headers_mut().insert(name, value.clone()).is_some(),
            };
        }
        match &self.post {
            Some(body) => {
                let http = http.map(|()| body.as_slice());
                let http = self.agent.configure_request(http).timeout_recv_response(timeout).build();
                self.agent.run(http)
            }
            None => {
                let http = self.agent.configure_request(http).timeout_recv_response(timeout).build();
                self.agent.run(http)
            }
        }
    }
}

type Body = http::Response<ureq::Body>;

impl BlockingTransport for Net {
    type Body = ureq::BodyReader<'static>;

    fn connect(
        &mut self,
        request: &Request<'_>,
        timeout: Option<Duration>,
    ) -> io::Result<Response<Self::Body>> {
        let (head, body) = self.send(request, timeout).map_err(into_io)?.into_parts();
        Ok(Response::new(head.status.as_u16(), body.into_reader()).headers(&head.headers))
    }

    fn read(&mut self, body: &mut Self::Body, buf: &mut [u8], _: Option<Duration>) -> io::Result<usize> {
        body.read(buf).map_err(|error| match error.downcast::<ureq::Error>() {
            Ok(error) => into_io(error),
            Err(error) => error,
        })
    }
}

/// The same error; a timeout is one for the driver, too.
fn into_io(error: ureq::Error) -> io::Error {
    match error {
        ureq::Error::Timeout(_) => io::Error::new(ErrorKind::TimedOut, error),
        error => error.into_io(),
    }
}

/// Whether trying again would change nothing: the other end is not who it should be, or speaks no TLS.
pub(crate) fn is_hopeless(error: &io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    inner.is::<rustls::Error>()
        || inner.downcast_ref::<ureq::Error>().is_some_and(|error| match error {
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::Pem(_) => true,
            ureq::Error::Io(error) => is_hopeless(error),
            _ => false,
        })
}
