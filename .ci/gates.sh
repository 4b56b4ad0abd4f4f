# Sourced by the scripts beside it.

# All of it has to be over after so many seconds. `.ci/run` stops itself then; a gate that would not be done by then is
# left out, and said so.
export CI_STARTED=${CI_STARTED:-$(date +%s)}
readonly CI_SECONDS=4800
# What could not be run because something cannot be had here, and what because the time was gone.
export CI_SKIPPED=${CI_SKIPPED:-$PWD/target/skipped}
export CI_NO_TIME=${CI_NO_TIME:-$PWD/target/no-time}
# Nobody debugs what is built here, and nobody builds it twice: without this the build directories take three times the disk.
export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0
export CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_BENCH_DEBUG=0
# Tools go into the build directory, not into the home of whoever runs this.
export PATH="$PATH:$PWD/target/tools/bin"

left() {
    echo $((CI_STARTED + CI_SECONDS - $(date +%s)))
}

# gate COMMAND...: says what it runs, and fails if that fails.
gate() {
    printf '\n== %s\n' "$*"
    local started=$SECONDS
    "$@"
    echo "($((SECONDS - started)) s)"
}

# within SECONDS COMMAND...: like gate, and fails if it takes longer.
within() {
    printf '\n== %s\n' "${*:2}"
    local started=$SECONDS status=0
    timeout -k 10 "$1" "${@:2}" || status=$?
    if [ "$status" = 124 ]; then
        echo "${*:2}: not done after $1 s" >&2
    fi
    [ "$status" = 0 ] && echo "($((SECONDS - started)) s of $1)"
    return "$status"
}

# skip REASON...: a gate that cannot be run here. Said again at the end.
skip() {
    echo "skipped: $*"
    echo "$*" >>"$CI_SKIPPED"
}

# enough SECONDS WHAT...: whether so much time is left. If not, the gate is named at the end.
enough() {
    [ "$(left)" -ge "$1" ] && return
    echo "no time left for: ${*:2}"
    echo "${*:2}" >>"$CI_NO_TIME"
    return 1
}

# have TOOL SECONDS: whether the cargo subcommand is there or can be installed within the time.
have() {
    command -v "$1" >/dev/null && return
    local started=$SECONDS
    echo "installing $1"
    timeout -k 10 "$2" cargo install --quiet --locked --root target/tools "$1" || return
    echo "($((SECONDS - started)) s of $2)"
}

have_nightly() {
    cargo +nightly --version >/dev/null 2>&1
}
