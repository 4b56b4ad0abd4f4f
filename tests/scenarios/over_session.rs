//! A row over a session alone: its network is the row, its clock a number.

use std::collections::VecDeque;
use std::time::Duration;

use sse_proto::session::{Action, HeadOutcome, Session};
use sse_proto::{Frame, session as module};

use super::script::{Answer, Scenario};
use super::{Client, Shown, Waits, session};

pub(crate) struct Simulated<'s> {
    scenario: &'s Scenario,
    session: Session,
    cut: usize,
    now: Duration,
    requests: Vec<Option<String>>,
    /// The pieces that are still to come.
    body: VecDeque<(u64, Vec<u8>)>,
    shown: VecDeque<Shown>,
    untold: bool,
    begun: Option<module::ConnectionId>,
}

impl<'s> Simulated<'s> {
    pub(crate) fn new(scenario: &'s Scenario, waits: Waits, cut: usize) -> Self {
        Self {
            scenario,
            session: session(scenario, waits),
            cut,
            now: Duration::from_secs(1),
            requests: Vec::new(),
            body: VecDeque::new(),
            shown: VecDeque::new(),
            untold: true,
            begun: None,
        }
    }

    fn answer(&self) -> &'s Answer {
        let which = self.requests.len().min(self.scenario.server.len());
        &self.scenario.server[which - 1]
    }

    fn pass(&mut self, millis: u64) -> module::Time {
        self.now += Duration::from_millis(millis);
        self.now.into()
    }

    fn connect(&mut self, connection: module::ConnectionId) {
        let answer = self.answer();
        let now = self.pass(answer.before_head());
        if answer.refused {
            return self.session.network_error(connection, now);
        }
        let content_type = answer.content_type.as_deref().map(str::as_bytes);
        if self.session.response(connection, answer.status, content_type, now) == HeadOutcome::Opened {
            self.shown.push_back(Shown::Open);
            self.body = answer.body(self.cut).into();
        }
    }

    fn read(&mut self, connection: module::ConnectionId, until: Option<module::Time>) {
        let Some((before, bytes)) = self.body.pop_front() else {
            match (self.answer().stays(), until) {
                (true, Some(until)) => self.now = until.since_start(),
                (true, None) => panic!("{}: for ever", self.scenario.name),
                (false, _) => drop(self.session.end_of_body(connection, self.now.into())),
            }
            return;
        };
        let now = self.pass(before);
        let mut chunk = self.session.receive(connection, &bytes, now);
        while let Some(frame) = self.session.decode(&mut chunk).unwrap() {
            match frame {
                Frame::Event(event) => self.shown.push_back(Shown::Event(
                    event.event_type().as_str().into(),
                    event.data().into(),
                    event.last_event_id().as_str().into(),
                )),
                Frame::Comment(text) => self.shown.push_back(Shown::Comment(text.into())),
                _ => {}
            }
        }
    }
}

impl Client for Simulated<'_> {
    fn next(&mut self) -> Option<Shown> {
        loop {
            if let Some(shown) = self.shown.pop_front() {
                return Some(shown);
            }
            match self.session.poll(self.now.into(), 0) {
                Action::Connect(request) => {
                    let id = request.last_event_id().map(|id| String::from_utf8(id.to_vec()).unwrap());
                    let headers: Vec<_> = request.headers().take(2).collect();
                    let expected = [("accept", &b"text/event-stream"[..]), ("cache-control", b"no-cache")];
                    assert_eq!(headers, expected, "{}", self.scenario.name);
                    let connection = request.connection();
                    self.requests.push(id);
                    self.untold = true;
                    self.connect(connection);
                }
                Action::Read { connection, until, .. } => self.read(connection, until),
                Action::WaitUntil(at) if std::mem::take(&mut self.untold) => {
                    return Some(Shown::Lost(at.saturating_since(self.now.into())));
                }
                Action::WaitUntil(at) => self.now = at.since_start(),
                Action::Failed(failure) if std::mem::take(&mut self.untold) => {
                    return Some(Shown::Fatal(failure));
                }
                _ => return None,
            }
        }
    }

    fn begin(&mut self) -> bool {
        let Action::Connect(request) = self.session.poll(self.now.into(), 0) else {
            panic!("not to connect")
        };
        self.begun = Some(request.connection());
        self.requests.push(None);
        true
    }

    fn close(&mut self) {
        self.session.close();
        self.shown.clear();
        if let Some(connection) = self.begun {
            let answer = self.answer();
            let now = self.pass(answer.before_head());
            let head = self.session.response(
                connection,
                answer.status,
                answer.content_type.as_deref().map(str::as_bytes),
                now,
            );
            assert_eq!(head, HeadOutcome::Ignored, "it comes too late");
        }
    }

    fn restart(&mut self) {
        self.session.reconnect_now();
        self.shown.clear();
    }

    fn requests(&self) -> Vec<Option<String>> {
        self.requests.clone()
    }
}
