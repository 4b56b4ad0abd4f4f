//! The dashboard of examples/live as people have it: `live serve` is killed and started again while its page is open in Chromium, and
//! by the page's own count nothing is lost or doubled. `live/install` builds the server and brings what drives the browser.

mod file;
mod notifier;
mod page;
mod pictures;
mod redis;
mod server;
mod tail;

use std::fmt::Debug;
use std::path::PathBuf;

use crate::browsers::Browser;
use crate::matrix::Direction::ToPeer;
use crate::matrix::{Matrix, Row};
use crate::process::here;
use crate::{Error, web};
use page::{Counts, Page};

/// Each stop and start of the server is a round.
const ROUNDS: u64 = 3;
/// Of the server's events a second: enough that a short break misses some.
const RATE: &str = "50";
/// After each round so many have to arrive.
const SOME: u64 = 50;

pub async fn run(matrix: &mut Matrix) -> Result<(), Error> {
    matrix.add_result("the page of examples/live in Chromium", ToPeer, file::row().await);
    matrix.add_result("the page of examples/live in Chromium", ToPeer, redis::row().await);
    matrix.add_result(tail::PEER, ToPeer, tail::row().await);
    pictures::take_if_asked().await
}

/// The page as a peer.
async fn chromium() -> Result<(&'static str, String), Error> {
    Ok(("the page of examples/live in Chromium", Browser::Chromium.version().await?))
}

fn folder() -> PathBuf {
    here().join("live")
}

/// Opens the page as it is for ada, and waits until it moves.
async fn signed_in(origin: &str) -> Result<Page, Error> {
    let mut page = Page::start().await?;
    page.view(1440, 940, 1, false).await?;
    page.go(origin).await?;
    page.sign_in("ada").await?;
    moved(&mut page, 0, 0).await?;
    Ok(page)
}

/// Waits until the page is connected for that many times after the first one, and receives events again.
async fn moved(page: &mut Page, reconnections: u64, before: u64) -> Result<Counts, Error> {
    let what = format!("{reconnections} reconnections and {SOME} more events than {before}");
    let has_moved = |counts: &Counts| {
        let (board, mine) = (&counts.board, &counts.mine);
        let are_open = board.state == "open" && mine.state == "open";
        are_open && board.reconnections == reconnections && board.received >= before + SOME
    };
    page.until(&what, has_moved).await
}

/// What was expected of the page, and what it shows.
#[derive(Default)]
struct Findings(Vec<(String, String, String)>);

impl Findings {
    /// What the page has to count and to show after so many reconnections.
    async fn look(
        &mut self,
        page: &mut Page,
        notices: &[String],
        reconnections: u64,
        server: &str,
    ) -> Result<(), Error> {
        let all_are_there = |counts: &Counts| counts.shown.len() >= notices.len();
        let Counts { board, mine, shown } = page.until("all notifications", all_are_there).await?;
        self.add("events lost", 0, board.lost);
        self.add("events doubled", 0, board.doubled);
        self.add("notifications doubled", 0, mine.doubled);
        self.add("started anew", (0, 0), (board.started_anew, mine.started_anew));
        self.add("notifications, once each and in order", notices, &shown);
        self.add(
            "notifications in the list",
            notices,
            page.listed().await?.into_iter().rev().collect::<Vec<_>>(),
        );
        let reconnections = reconnections.to_string();
        let expected = [
            ("board-state-text", "open"),
            ("doubled", "0"),
            ("lost", "0"),
            ("reconnections", &reconnections),
            ("server", server),
            ("started-anew", "0"),
        ];
        let panel = page.panel().await?;
        self.add(
            "the panel",
            &expected[..],
            panel.iter().map(|(name, text)| (&**name, &**text)).collect::<Vec<_>>(),
        );
        Ok(())
    }

    fn add<T: Debug, U: Debug>(&mut self, what: &str, expected: T, seen: U) {
        self.0.push((what.into(), format!("{expected:?}"), format!("{seen:?}")));
    }

    fn row(self, peer: (&'static str, String), over: &str, note: &str) -> Result<Row, Error> {
        Ok(web::row(peer, ToPeer, over, &self.0, note))
    }
}
