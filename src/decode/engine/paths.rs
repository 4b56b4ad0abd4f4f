//! Which path of the engine has taken what, counted for the tests that prove each fast path to be taken. Elsewhere it is
//! nothing.

/// A path through the engine. What each is for stands at its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// A block by `Engine::data_block`.
    DataBlock,
    /// A block by `Engine::named_block`.
    NamedBlock,
    /// An event by `Engine::read_ahead`.
    Ahead,
    /// A comment with its blank line by `Engine::keep_alives`.
    KeepAlive,
    /// A data line whose end is not in the chunk, by `Engine::open_data`.
    OpenData,
    /// The end of such a line, by `Engine::rest_of_data`.
    RestOfData,
    /// A further data line by `push_short_lines`.
    ShortLine,
    /// A further data line by `Engine::data_lines` itself.
    DataLine,
    /// A line or a part of one on the general path.
    General,
}

#[cfg(test)]
const PATHS: usize = Path::General as usize + 1;

#[cfg(test)]
std::thread_local! {
    static TAKEN: core::cell::Cell<[usize; PATHS]> = const { core::cell::Cell::new([0; PATHS]) };
}

/// Says that `path` has taken one thing more.
#[inline(always)]
pub(crate) fn take(path: Path) {
    #[cfg(test)]
    TAKEN.with(|taken| {
        let mut counts = taken.get();
        counts[path as usize] += 1;
        taken.set(counts);
    });
    let _ = path;
}

/// What each path has taken since the last call.
#[cfg(test)]
pub(crate) fn taken() -> impl Fn(Path) -> usize {
    let counts = TAKEN.with(core::cell::Cell::take);
    move |path| counts[path as usize]
}
