// Answers that grow word by word, like those of a language model.

/** So many answers stay on the page. */
const MOST = 6;
/** And so much text of each. */
const LONGEST = 8000;

export class Answers {
  #talk = document.getElementById("talk");
  #words = document.getElementById("answer-words");
  #list = [];
  isNew = false;

  token({ answer, at_word: atWord, question, text, end }) {
    let last = this.#list.at(-1);
    if (last?.answer !== answer) {
      // Its beginning may have come before this page.
      last = { answer, question, text: atWord > 0 ? "… " : "", isOver: false, node: null };
      this.#list.push(last);
      if (this.#list.length > MOST) this.#list.shift().node?.remove();
    }
    if (last.text.length < LONGEST) last.text += text;
    last.words = atWord + 1;
    last.isOver = end;
    this.isNew = true;
  }

  forget() {
    this.#list = [];
    this.#talk.replaceChildren();
    this.#words.textContent = "";
  }

  draw() {
    this.isNew = false;
    const isAtEnd = this.#talk.scrollHeight - this.#talk.scrollTop - this.#talk.clientHeight < 40;
    for (const one of this.#list) {
      one.node ??= this.#make(one);
      const answer = one.node.lastChild;
      if (answer.textContent !== one.text) answer.textContent = one.text;
      answer.classList.toggle("typing", !one.isOver);
    }
    // One that was never finished is not being written any more.
    for (const one of this.#list.slice(0, -1)) one.node.lastChild.classList.remove("typing");
    if (isAtEnd) this.#talk.scrollTop = this.#talk.scrollHeight;
    const last = this.#list.at(-1);
    if (last) this.#words.textContent = `answer ${last.answer}, ${last.words} ${last.words === 1 ? "word" : "words"}`;
  }

  #make({ question }) {
    const node = document.createElement("article");
    const [asked, answer] = [document.createElement("h3"), document.createElement("p")];
    asked.textContent = question;
    node.append(asked, answer);
    this.#talk.append(node);
    return node;
  }
}
