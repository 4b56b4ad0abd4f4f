//! Runs the tests for each fault: those that reach its place, and those first that have seen most so far.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::build::Built;
use crate::known::{Known, NOT_REACHED, SURVIVED};
use crate::sites::Site;

/// Random cases: enough for a rule that is broken always.
const CASES: &str = "64";
/// A test that takes longer than this times what it takes without a fault hangs.
const PATIENCE: u32 = 5;
const LEAST: Duration = Duration::from_secs(5);

struct Program {
    name: String,
    path: std::path::PathBuf,
    time: Duration,
    /// The faults whose place it reaches.
    reaches: BTreeSet<usize>,
}

/// What a program is run for.
#[derive(Clone, Copy)]
enum Run<'r> {
    /// To see which places it reaches; their numbers go to this file.
    Reached(&'r Path),
    /// To see whether it notices this fault.
    Fault(usize),
}

pub fn run(built: &Built, jobs: usize, known: &mut Known) -> Result<()> {
    let mut programs = Vec::new();
    for (name, path) in &built.programs {
        let (started, file) = (Instant::now(), built.copy.join("../reached"));
        fs::write(&file, "")?;
        if !passes(path, &built.copy, Run::Reached(&file), Duration::from_secs(600))? {
            return Err(format!("{name} fails without a fault").into());
        }
        let (time, numbers) = (started.elapsed(), fs::read(&file)?);
        let reaches =
            numbers.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number) as usize).collect();
        programs.push(Program { name: name.clone(), path: path.clone(), time, reaches });
    }
    programs.sort_by_key(|program| program.time);
    for program in &programs {
        println!("{:6.2} s  {}", program.time.as_secs_f64(), program.name);
    }
    let left = Mutex::new(built.sites.iter().enumerate().filter_map(|(n, site)| Some((n, site.as_ref()?))));
    let (known, kills) = (Mutex::new(known), Mutex::new(BTreeMap::<(String, String), usize>::new()));
    let work = || -> std::result::Result<(), String> {
        loop {
            let Some((n, site)) = left.lock().map_err(|error| error.to_string())?.next() else {
                return Ok(());
            };
            let mut order: Vec<&Program> =
                programs.iter().filter(|program| program.reaches.contains(&n)).collect();
            {
                // Those that have seen most in this file for their time.
                let kills = kills.lock().map_err(|error| error.to_string())?;
                let worth = |program: &&Program| {
                    let seen = kills.get(&(room(site), program.name.clone())).copied().unwrap_or_default();
                    -((seen as f64 + 0.05) / (program.time.as_secs_f64() + 0.02) * 1000.0) as i64
                };
                order.sort_by_key(worth);
            }
            let by_none = if order.is_empty() { NOT_REACHED } else { "" };
            let mut seen = None;
            for program in order {
                let limit = LEAST + program.time * PATIENCE;
                if !passes(&program.path, &built.copy, Run::Fault(n), limit)
                    .map_err(|error| error.to_string())?
                {
                    seen = Some(program.name.clone());
                    break;
                }
            }
            if let Some(name) = &seen {
                *kills
                    .lock()
                    .map_err(|error| error.to_string())?
                    .entry((room(site), name.clone()))
                    .or_default() += 1;
            }
            let (outcome, by) = seen.as_ref().map_or((SURVIVED, by_none), |by| ("seen", by));
            if seen.is_none() {
                println!("survived: {} {by_none}", site.name);
            }
            let added = known.lock().map_err(|error| error.to_string())?.add(&site.name, outcome, by);
            added.map_err(|error| error.to_string())?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a worker panicked".to_owned())?)
    })?;
    Ok(())
}

/// The folder of the fault's file.
pub fn room(site: &Site) -> String {
    site.file.parent().unwrap_or(Path::new("")).display().to_string()
}

fn passes(program: &Path, folder: &Path, run: Run<'_>, limit: Duration) -> Result<bool> {
    let mut command = Command::new(program);
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command
        .env("PROPTEST_CASES", CASES)
        .env("PROPTEST_FAILURE_PERSISTENCE", "off")
        .env("RUST_BACKTRACE", "0");
    command.args(["--test-threads", "1"]);
    match run {
        Run::Reached(file) => command.env("SSE_MUTANTS_REACHED", file),
        Run::Fault(n) => command.env("SSE_MUTANT", n.to_string()),
    };
    let (mut child, started) = (command.spawn()?, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(2));
    }
}
