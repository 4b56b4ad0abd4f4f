//! What a file has to bear that no other store does.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use super::contract::{DAY, Place, all, append, user};
use super::file::SLACK;
use super::*;

fn place() -> Place {
    let [place, _] = Place::all();
    place
}

fn cut(file: &Path, len: u64) {
    std::fs::OpenOptions::new().write(true).open(file).unwrap().set_len(len).unwrap();
}

#[tokio::test]
async fn a_torn_end_is_cut_wherever_it_is_torn() {
    let place = place();
    let store = place.open(100);
    append(&store, &TopicName::Board, ["one", "two\nlines"]).await;
    let before = std::fs::metadata(place.file()).unwrap().len();
    append(&store, &user("ada"), ["three"]).await;
    drop(store);
    let whole = std::fs::read(place.file()).unwrap();
    for len in before..whole.len() as u64 {
        std::fs::write(place.file(), &whole).unwrap();
        cut(&place.file(), len);
        let store = place.open(100);
        assert_eq!(all(&store, &TopicName::Board).await.len(), 2);
        assert_eq!(all(&store, &user("ada")).await.len(), 0, "{len}");
        append(&store, &user("ada"), ["four"]).await;
        drop(store);
        let read = all(&place.open(100), &user("ada")).await;
        assert_eq!(read.iter().map(|entry| &*entry.data).collect::<Vec<_>>(), ["four"], "{len}");
    }
}

#[tokio::test]
async fn a_log_that_is_written_anew_holds_what_is_held_and_gives_no_id_twice() {
    let place = place();
    let store = place.open(50);
    let kept = append(&store, &user("ada"), ["kept"]).await[0];
    let gone = append(&store, &user("grace"), ["x"]).await[0];
    place.pass(31 * DAY);
    append(&store, &user("ada"), ["kept, too"]).await;
    let large = "x".repeat(10_000);
    let mut largest = 0;
    for _ in 0..1500 {
        append(&store, &TopicName::Board, [&large]).await;
        largest = largest.max(std::fs::metadata(place.file()).unwrap().len());
    }
    // What is held twice, and the slack.
    assert!(largest < 2 * 51 * 11_000 + SLACK, "{largest}");
    let before = all(&store, &TopicName::Board).await;
    drop(store);
    let store = place.open(50);
    assert_eq!(all(&store, &TopicName::Board).await, before);
    assert_eq!(all(&store, &user("ada")).await.len(), 1);
    assert!(kept < gone);
    let page = store.read(&user("grace"), EntryId::start(0), 10).await.unwrap();
    assert_eq!((page.start, page.end, page.oldest, page.last), (1, 1, None, gone));
    place.time.fetch_sub(32 * DAY, Relaxed);
    assert!(append(&store, &user("grace"), ["y"]).await[0] > gone);
}

#[test]
fn what_is_no_log_of_ours_is_left_alone() {
    for (text, expected) in [
        ("# A text\n", "not a log of `live serve`"),
        ("data: x\n\n", "byte 0: an event without a comment that says what it is"),
        (":event board 0\nid: 1-2-3\ndata: x\n\n", "byte 0: not the start of a log"),
        (
            ":log 7\ndata\n\n:event board 1\nid: 7-2-3\ndata: x\n\n",
            "byte 13: event 1 of board after 0 others",
        ),
    ] {
        let place = place();
        std::fs::write(place.file(), text).unwrap();
        let opened = Store::of_file(place.file(), Keep { events: 1 }, Clock::of_the_system());
        let error = opened.err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(std::fs::read_to_string(place.file()).unwrap(), text);
    }
}

#[test]
fn a_log_has_one_server() {
    let place = place();
    let _store = place.open(1);
    let other = Store::of_file(place.file(), Keep { events: 1 }, Clock::of_the_system());
    assert!(other.err().unwrap().to_string().contains("another server uses it"));
}

#[tokio::test]
async fn a_log_that_cannot_be_written_anew_leaves_nothing_beside_and_goes_on() {
    let place = place();
    let store = place.open(50);
    let new = place.file().with_extension("new");
    // Nothing can be written where a folder stands, and nothing takes the place of one that is not empty.
    std::fs::create_dir_all(new.join("x")).unwrap();
    let large = "x".repeat(10_000);
    for _ in 0..1000 {
        append(&store, &TopicName::Board, [&large]).await;
    }
    std::fs::remove_dir_all(&new).unwrap();
    let before = std::fs::metadata(place.file()).unwrap().len();
    append(&store, &TopicName::Board, [&large]).await;
    assert!(std::fs::metadata(place.file()).unwrap().len() > before, "tried again at each event");
    for _ in 0..1000 {
        append(&store, &TopicName::Board, [&large]).await;
    }
    assert!(std::fs::metadata(place.file()).unwrap().len() < before);
    assert!(!new.exists());
}

#[tokio::test]
async fn only_its_owner_reads_it_unless_the_owner_lets_others() {
    let place = place();
    let store = place.open(50);
    let mode = || std::fs::metadata(place.file()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(place.file(), std::fs::Permissions::from_mode(0o640)).unwrap();
    for _ in 0..1000 {
        append(&store, &TopicName::Board, ["x".repeat(10_000)]).await;
    }
    assert!(std::fs::metadata(place.file()).unwrap().len() < 2 * 51 * 11_000 + SLACK);
    assert_eq!(mode(), 0o640);
}

#[tokio::test]
async fn a_key_that_was_not_written_whole_is_none() {
    let place = place();
    let store = place.open(50);
    let (key, new) = (place.file().with_extension("key"), place.file().with_extension("key.new"));
    // No room for it: no file of no bytes stays, which would be no key for ever.
    std::fs::create_dir(&new).unwrap();
    assert!(store.cookie_key().await.is_err() && !key.exists());
    std::fs::remove_dir(&new).unwrap();
    std::fs::write(&new, "half").unwrap();
    let made = store.cookie_key().await.unwrap();
    assert_eq!(store.cookie_key().await.unwrap(), made);
}

#[test]
fn what_is_no_file_is_not_opened() {
    let opened = Store::of_file("/dev/null".into(), Keep { events: 1 }, Clock::of_the_system());
    assert!(opened.err().unwrap().to_string().contains("not a file"));
}
