//! What is known, for people.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::known::{Known, SURVIVED};
use crate::sites::Site;
use crate::{Result, run};

#[derive(Default)]
struct Room {
    seen: usize,
    survived: usize,
    impossible: usize,
    not_asked: usize,
}

fn rooms(sites: &[Site], known: &Known) -> BTreeMap<String, Room> {
    let mut rooms = BTreeMap::<String, Room>::new();
    for site in sites {
        let room = rooms.entry(run::room(site)).or_default();
        match known.of.get(&site.name).map(|(outcome, _)| outcome.as_str()) {
            Some("seen") => room.seen += 1,
            Some(SURVIVED) => room.survived += 1,
            Some(_) => room.impossible += 1,
            None => room.not_asked += 1,
        }
    }
    rooms
}

pub fn summary(sites: &[Site], known: &Known) {
    for (name, room) in rooms(sites, known) {
        println!("{name}: {} seen, {} survived, {} not asked", room.seen, room.survived, room.not_asked);
    }
}

/// `docs/campaign/mutants.md`: each room, and each fault that no test sees with the reason why that is right.
pub fn write(root: &Path, sites: &[Site], known: &Known, reasons: &BTreeMap<String, String>) -> Result<()> {
    let mut page = String::from(
        "# Mutations\n\nWritten by `cargo run --release --manifest-path tests/mutants/Cargo.toml -- --report`, from what runs of the same \
         command without it have found (`mutants.tsv`).\nA fault is a condition turned or left out, a bound moved by one, plus for minus, a statement left out, a \
         function that answers at once. All are in one\nbuild and chosen at run time. Functions that the compiler may run (`const fn`) are not \
         among them.\n\n| room | seen by a test | survived | does not compile | not asked yet |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    let mut all = Room::default();
    for (name, room) in rooms(sites, known) {
        page += &row(&format!("`{name}`"), &room);
        all.seen += room.seen;
        all.survived += room.survived;
        all.impossible += room.impossible;
        all.not_asked += room.not_asked;
    }
    page += &row("all", &all);
    page += "\n## Not seen\n\n";
    for site in sites {
        if let Some((_, by)) = known.of.get(&site.name).filter(|(outcome, _)| outcome == SURVIVED) {
            let reason = reasons.get(&site.name).map_or("not explained yet", String::as_str);
            let by = if by.is_empty() { String::new() } else { format!(" {by}") };
            page += &format!("- {}{by}: {reason}\n", site.name);
        }
    }
    fs::create_dir_all(root.join("docs/campaign"))?;
    Ok(fs::write(root.join("docs/campaign/mutants.md"), page)?)
}

fn row(name: &str, room: &Room) -> String {
    format!("| {name} | {} | {} | {} | {} |\n", room.seen, room.survived, room.impossible, room.not_asked)
}
