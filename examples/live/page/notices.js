// Notifications to the one who is signed in, and the form that sends one.

/** So many stay on the page. */
const MOST = 100;

const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

/** A colour for a name, always the same. */
export const hue = (name) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

export class Notices {
  #user;
  #announce;
  #list = document.getElementById("notices");
  #count = document.getElementById("notices-count");
  #nothing = document.getElementById("nothing");
  /** Those that are not drawn yet. */
  #coming = [];
  /** All texts that were shown, the oldest first; as many as the page keeps. */
  shown = [];
  #hellos = 0;
  /** The last one that was seen before this page, and whether it has come by. */
  #lastRead;
  #isPastLastRead;
  #unseen = 0;
  isNew = false;

  constructor(user, users, announce) {
    this.#user = user;
    this.#announce = announce;
    this.#lastRead = this.#stored();
    this.#isPastLastRead = this.#lastRead === null;
    this.#list.replaceChildren();
    const to = document.getElementById("to");
    to.replaceChildren(...users.map((name) => new Option(name === user ? `${name} (you)` : name, name)));
    to.value = users.find((name) => name !== user) ?? user;
    document.getElementById("notify").onsubmit = (event) => {
      event.preventDefault();
      this.#send(event.target);
    };
    document.addEventListener("visibilitychange", () => this.#see());
  }

  hello() {
    this.#hellos += 1;
    // What comes after a break is new in any case.
    if (this.#hellos > 1) this.#isPastLastRead = true;
  }

  notice({ at, from, text }, id, missed) {
    this.#coming.push({ at, from, text, id, missed, waited: missed && this.#isPastLastRead });
    if (id === this.#lastRead) this.#isPastLastRead = true;
    if (this.#coming.length > 2 * MOST) this.#coming.splice(0, MOST);
    this.isNew = true;
  }

  forget() {
    this.#coming = [];
    this.shown = [];
    this.#list.replaceChildren();
    this.isNew = true;
  }

  draw() {
    this.isNew = false;
    const coming = this.#coming.slice(-MOST);
    this.#coming = [];
    this.#list.prepend(...coming.map((notice) => this.#make(notice)).reverse());
    while (this.#list.childElementCount > MOST) this.#list.lastElementChild.remove();
    this.shown = [...this.shown, ...coming.map(({ text }) => text)].slice(-MOST);
    this.#nothing.hidden = this.shown.length > 0;
    this.#list.hidden = this.shown.length === 0;
    this.#count.textContent = this.shown.length > 0 ? `${this.shown.length}` : "";
    if (coming.length > 0) this.#tell(coming);
    this.#unseen += coming.filter(({ missed, waited }) => waited || !missed).length;
    this.#see(coming.at(-1)?.id);
  }

  #tell(coming) {
    const fresh = coming.filter(({ missed, waited }) => waited || !missed);
    if (fresh.length === 1) this.#announce(`Notification from ${fresh[0].from}: ${fresh[0].text}`);
    else if (fresh.length > 1) this.#announce(`${fresh.length} notifications`);
  }

  /** Counts in the title what came while the page is not looked at. */
  #see(id = this.#lastRead) {
    this.#lastRead = id;
    if (document.visibilityState === "visible") {
      this.#unseen = 0;
      this.#store(id);
    }
    document.title = this.#unseen > 0 ? `(${this.#unseen}) Live` : "Live";
  }

  #stored() {
    try {
      return localStorage.getItem(`live.read.${this.#user}`);
    } catch {
      return null; // storage is forbidden: all that is held is new
    }
  }

  #store(id) {
    try {
      if (id) localStorage.setItem(`live.read.${this.#user}`, id);
    } catch {}
  }

  #make({ at, from, text, waited }) {
    const node = document.createElement("li");
    const face = document.createElement("span");
    face.className = "face";
    face.textContent = from.slice(0, 1).toUpperCase();
    face.style.setProperty("--hue", hue(from));
    face.setAttribute("aria-hidden", "true");
    const head = document.createElement("p");
    head.className = "by";
    const [name, when] = [document.createElement("b"), document.createElement("time")];
    name.textContent = from;
    const date = new Date(at);
    const isToday = date.toDateString() === new Date().toDateString();
    when.dateTime = date.toISOString();
    when.textContent = isToday ? time.format(date) : `${day.format(date)}, ${time.format(date)}`;
    head.append(name, " ", when);
    if (waited) {
      const waiting = document.createElement("span");
      waiting.className = "waited";
      waiting.textContent = "waited for you";
      head.append(" ", waiting);
    }
    const body = document.createElement("p");
    body.textContent = text;
    node.append(face, head, body);
    return node;
  }

  async #send(form) {
    const said = document.getElementById("notify-said");
    const say = (text, isBad) => {
      said.textContent = text;
      said.classList.toggle("bad", isBad);
    };
    const [to, text] = [form.elements.to.value, form.elements.text.value];
    const button = form.querySelector("button");
    button.disabled = true;
    say("", false);
    try {
      const response = await fetch("/notify", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ to, text }),
      });
      if (response.ok) {
        form.elements.text.value = "";
        say(`Sent to ${to}.`, false);
      } else {
        const wait = response.headers.get("retry-after");
        const why = (await response.text()).trim() || `The server answered ${response.status}.`;
        say(wait ? `${why} Try again in ${wait} s; the text stays here.` : why, true);
      }
    } catch {
      say("The server cannot be reached. The text stays here.", true);
    } finally {
      button.disabled = false;
    }
  }
}
