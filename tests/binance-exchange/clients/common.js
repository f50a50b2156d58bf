// What the clients' scripts share: where the exchange is, a book kept by the venue's own rules, waiting.
'use strict';

exports.http = process.env.SQ_EXCHANGE_HTTP;  // http://127.0.0.1:18080
exports.ws = process.env.SQ_EXCHANGE_WS;      // ws://127.0.0.1:18080
exports.futuresHttp = process.env.SQ_EXCHANGE_FUTURES_HTTP;
exports.futuresWs = process.env.SQ_EXCHANGE_FUTURES_WS;
exports.key = process.env.SQ_EXCHANGE_KEY || 'K';
exports.secret = process.env.SQ_EXCHANGE_SECRET || 'S3CR3T';
exports.privateKey = process.env.SQ_EXCHANGE_PRIVATE_KEY;  // file, Ed25519 in PEM

exports.check = (what, ok) => {
  if (!ok) throw new Error(`not so: ${what}`);
  console.log(`ok ${what}`);
};
exports.until = async (what, ready, ms = 8000) => {
  const end = Date.now() + ms;
  while (!ready()) {
    if (Date.now() > end) throw new Error(`did not come: ${what}`);
    await new Promise(done => setTimeout(done, 10));
  }
  console.log(`ok ${what}`);
};

// The procedure of Binance's page: events are kept until the snapshot is there, those behind it are applied,
// each must follow the one before.
class Book {
  constructor(snapshot) {
    this.snapshot = snapshot;
    this.events = [];
    this.bids = new Map();
    this.asks = new Map();
    this.applied = 0;
    this.gaps = 0;
  }
  async on(event) {
    this.events.push(event);
    if (this.fetching) return;
    if (this.id === undefined) {
      this.fetching = true;
      const shot = await this.snapshot();
      this.fetching = false;
      if (shot.lastUpdateId < this.events[0].U - 1) return;  // older than all events: again with the next
      for (const [price, qty] of shot.bids) this.bids.set(price, qty);
      for (const [price, qty] of shot.asks) this.asks.set(price, qty);
      this.id = shot.lastUpdateId;
    }
    for (const each of this.events.splice(0)) {
      if (each.u <= this.id) continue;
      // Futures name the event before; spot events follow each other by number.
      const follows = each.pu !== undefined && this.applied > 0 ? each.pu === this.id : each.U <= this.id + 1;
      if (!follows) ++this.gaps;
      const set = (side, levels) => levels.forEach(([p, q]) => (Number(q) === 0 ? side.delete(p) : side.set(p, q)));
      set(this.bids, each.b);
      set(this.asks, each.a);
      this.id = each.u;
      ++this.applied;
    }
  }
}
exports.Book = Book;
// The book of the client is the exchange's at the same update: the exchange is asked until both have one.
exports.sameBook = async (name, book, snapshot) => {
  const sorted = map => [...map.entries()].sort((a, b) => Number(a[0]) - Number(b[0])).map(l => l.join('@')).join(' ');
  for (let i = 0; i < 400; ++i) {
    const shot = await snapshot();
    await new Promise(done => setTimeout(done, 5));
    if (shot.lastUpdateId !== book.id) continue;
    const same = sorted(new Map(shot.bids)) === sorted(book.bids) && sorted(new Map(shot.asks)) === sorted(book.asks);
    exports.check(`${name}: the book of ${book.bids.size} and ${book.asks.size} levels equals the exchange's after ${book.applied} events, ${book.gaps} gaps`,
                  same && book.gaps === 0);
    return;
  }
  throw new Error(`${name}: never met the exchange at the same update`);
};
exports.run = async main => {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    console.error(error && error.stack ? error.stack : error);
    process.exit(1);
  }
};
