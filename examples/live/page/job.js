// A long job: how far it is, and what it writes.

/** So many lines stay on the page. */
const MOST = 200;

const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export class Job {
  #title = document.getElementById("job-title");
  #step = document.getElementById("job-step");
  #bar = document.getElementById("bar");
  #log = document.getElementById("log");
  #progress = null;
  /** Those that are not drawn yet. */
  #lines = [];
  isNew = false;

  progress(data) {
    this.#progress = data;
    this.isNew = true;
  }

  line({ at, line }) {
    this.#lines.push({ at, line });
    if (this.#lines.length > 2 * MOST) this.#lines.splice(0, MOST);
    this.isNew = true;
  }

  forget() {
    this.#progress = null;
    this.#lines = [];
    this.#log.replaceChildren();
    this.isNew = true;
  }

  draw() {
    this.isNew = false;
    const { job, name, step, of } = this.#progress ?? { job: 0, name: "A long job", step: 0, of: 1 };
    this.#title.textContent = job ? `${name} ${job}` : name;
    this.#step.textContent = job ? `${step} of ${of}` : "";
    this.#bar.setAttribute("aria-valuemax", of);
    this.#bar.setAttribute("aria-valuenow", step);
    this.#bar.setAttribute("aria-valuetext", `step ${step} of ${of}`);
    this.#bar.firstElementChild.style.transform = `scaleX(${step / of})`;
    this.#bar.classList.toggle("done", step === of);
    this.#drawLines();
  }

  #drawLines() {
    if (this.#lines.length === 0) return;
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    const nodes = this.#lines.slice(-MOST).map(({ at, line }) => {
      const node = document.createElement("li");
      const when = document.createElement("time");
      when.textContent = time.format(at);
      node.append(when, line);
      return node;
    });
    this.#lines = [];
    this.#log.append(...nodes);
    while (this.#log.childElementCount > MOST) this.#log.firstElementChild.remove();
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }
}
