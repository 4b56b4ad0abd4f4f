// The page: who is signed in, its two streams, and one drawing for each frame.
//
// Events only change what is held in lists with bounds; what is drawn follows at the next frame, once, however many came. A tab
// that nobody looks at gets no frames, and draws nothing.

import { Answers } from "./answers.js";
import { Chart } from "./chart.js";
import { Job } from "./job.js";
import { Notices, hue } from "./notices.js";
import { Numbers, Tiles } from "./numbers.js";
import { Panel } from "./panel.js";
import { Stream } from "./stream.js";

/** A break shorter than this is not worth a word, in milliseconds. */
const SHORT = 1500;
/** What is said together is said once. */
const BREATH = 700;

const byId = (id) => document.getElementById(id);

/** Says something to those who listen to the page, not more than a few sentences at once. */
const announce = (() => {
  let sentences = [];
  return (sentence) => {
    if (sentences.push(sentence) > 1) return;
    setTimeout(() => {
      byId("announce").textContent = sentences.slice(-3).join(" ");
      sentences = [];
    }, BREATH);
  };
})();

/** What the server's clock says, by the times of its events. */
const clock = {
  ahead: null,
  hear(at) {
    const ahead = at - Date.now();
    const isFar = this.ahead === null || Math.abs(ahead - this.ahead) > 2000;
    this.ahead = isFar ? ahead : this.ahead + (ahead - this.ahead) * 0.05;
  },
  now() {
    return Math.round(Date.now() + (this.ahead ?? 0));
  },
};

function start({ user, users }) {
  const numbers = new Numbers();
  const [tiles, chart] = [new Tiles(numbers), new Chart(numbers)];
  const [answers, job] = [new Answers(), new Job()];
  const notices = new Notices(user, users, announce);
  let lastAt = 0;
  let brokenAt = null;
  /** The session is over, whichever stream was the first to hear of it. */
  const signedOut = () => {
    for (const stream of streams) stream.close();
    signIn(resume);
  };

  const board = new Stream("/events", ["numbers", "token", "progress", "log"], {
    event(type, data, _id, missed) {
      if (type === "numbers") numbers.push(data);
      else if (type === "token") answers.token(data);
      else if (type === "progress") job.progress(data);
      else job.line(data);
      if (!missed) clock.hear(data.at);
      chart.arrived(data.at, missed);
      panel.arrived(data.at, missed && board.reconnections > 0);
      lastAt = data.at;
    },
    hello(_answer, missed) {
      chart.comeBack(missed);
      if (brokenAt !== null && performance.now() - brokenAt > SHORT) {
        announce(missed > 0 ? `Connected again. ${missed} missed events have arrived.` : "Connected again.");
      }
      brokenAt = null;
    },
    forget() {
      for (const part of [numbers, chart, answers, job, panel]) part.forget();
    },
    state() {
      if (board.state === "waiting") {
        if (lastAt > 0) chart.leave(lastAt);
        brokenAt ??= performance.now();
        setTimeout(() => {
          if (board.state === "waiting") announce("The connection is broken, and is tried again.");
        }, SHORT);
      }
      if (board.state === "trouble") announce(`Trouble at the store: ${board.trouble}`);
    },
    signedOut,
  });

  const mine = new Stream("/me/events", ["notice"], {
    event: (_type, data, id, missed) => notices.notice(data, id, missed),
    hello: () => notices.hello(),
    forget: () => notices.forget(),
    state() {},
    signedOut,
  });

  const panel = new Panel(board, mine);
  const streams = [board, mine];
  const listen = () => {
    showBoard(user);
    for (const stream of streams) stream.open();
  };
  /** Signed in again: the same user goes on, another one gets a page of their own. */
  const resume = (session) => {
    if (session.user === user) listen();
    else location.reload();
  };

  const draw = () => {
    const now = clock.now();
    chart.draw(now);
    if (numbers.isNew) tiles.draw();
    numbers.isNew = false;
    for (const part of [answers, job, notices]) if (part.isNew) part.draw();
    panel.draw(now);
    requestAnimationFrame(draw);
  };

  addEventListener("offline", () => streams.forEach((stream) => stream.doubt()));
  addEventListener("online", () => streams.forEach((stream) => stream.restart()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") streams.forEach((stream) => stream.wake());
  });
  byId("sign-out").onclick = async () => {
    for (const stream of streams) stream.close();
    await fetch("/logout", { method: "POST" }).catch(() => {});
    // Nothing of this user stays on the page.
    location.reload();
  };
  // For tests and for those who are curious: the counts, as they are.
  window.live = { board, mine, notices };
  notices.draw();
  listen();
  draw();
}

function showBoard(user) {
  byId("sign-in").hidden = true;
  for (const id of ["board", "who", "state"]) byId(id).hidden = false;
  byId("user").textContent = user;
  byId("face").textContent = user.slice(0, 1).toUpperCase();
  byId("face").style.setProperty("--hue", hue(user));
}

/** Shows the form until somebody has signed in. */
function signIn(then) {
  for (const id of ["board", "who", "state"]) byId(id).hidden = true;
  delete document.documentElement.dataset.state;
  byId("sign-in").hidden = false;
  byId("name").focus();
  const said = byId("sign-in-said");
  byId("sign-in-form").onsubmit = async (event) => {
    event.preventDefault();
    said.textContent = "";
    const { name, password } = event.target.elements;
    try {
      const response = await fetch("/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: name.value, password: password.value }),
      });
      if (response.ok) {
        password.value = "";
        then(await (await fetch("/session", { cache: "no-store" })).json());
        byId("main").focus();
      } else {
        said.textContent = (await response.text()).trim() || `The server answered ${response.status}.`;
        password.select();
      }
    } catch {
      said.textContent = "The server cannot be reached.";
    }
  };
}

async function begin() {
  const response = await fetch("/session", { cache: "no-store" }).catch(() => null);
  if (response?.ok) start(await response.json());
  else if (response?.status === 401) signIn(start);
  else setTimeout(begin, 1000);
}

begin();
