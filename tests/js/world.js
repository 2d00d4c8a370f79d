// A world in which time passes only when the test says so, and sockets do what the test says.

class Socket extends EventTarget {
  sent = [];
  closed = false;

  constructor(address, protocols) {
    super();
    Object.assign(this, { address, protocols });
  }

  send(data) {
    this.sent.push(data);
  }

  close() {
    this.closed = true;
  }

  /** Something happens to it: open, message, close. */
  tell(type, more = {}) {
    this.dispatchEvent(Object.assign(new Event(type), more));
  }

  open() {
    this.tell("open");
  }

  lose(code = 1006, reason = "") {
    this.tell("close", { code, reason });
  }

  /** Says one event of the room's wire. */
  says(type, more = {}) {
    this.tell("message", { data: JSON.stringify({ type, ...more }) });
  }

  /** What it was told, as commands. */
  get commands() {
    return this.sent.map((frame) => JSON.parse(frame));
  }
}

export class World {
  sockets = [];
  timers = new Set();
  time = 0;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class extends Socket {
      constructor(...given) {
        super(...given);
        sockets.push(this);
      }
    };
  }

  after = (ms, act) => {
    const timer = { at: this.time + ms, act };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  now = () => this.time;

  random = () => 0.5;

  /** The newest socket. */
  get socket() {
    return this.sockets.at(-1);
  }

  /** Those that nobody has closed. */
  get alive() {
    return this.sockets.filter(({ closed }) => !closed);
  }

  pass(ms) {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.time) continue;
      this.timers.delete(timer);
      timer.act();
    }
  }
}
