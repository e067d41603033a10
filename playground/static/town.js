// The town as the server has it: fetched whole after every change, and told of changes by a stream.

export class Town extends EventTarget {
  state = null;
  #busy = false;
  #again = false;

  /** Begin, and go on for as long as the page is open. */
  open() {
    const stream = new EventSource("/_events");
    stream.onopen = () => this.refresh();
    stream.onerror = () => this.#tell("broken", true);
    stream.onmessage = (message) => {
      const what = JSON.parse(message.data);
      if (what.kind === "changed") this.refresh();
      else this.#tell(what.kind, what);
    };
  }

  /** Fetch everything; calls that come meanwhile are answered by one more fetch. */
  async refresh() {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        const response = await fetch("/_state?last=120");
        this.state = await response.json();
        this.#tell("broken", false);
        this.#tell("state", this.state);
      }
    } catch {
      this.#tell("broken", true);
    } finally {
      this.#busy = false;
    }
  }

  /** Let a customer do something. Throws an Error with the platform's own words when it is refused. */
  async play(deed, body) {
    const response = await fetch(`/_play/${deed}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
