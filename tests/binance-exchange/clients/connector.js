// @binance/connector, the official client of old.
'use strict';
const { Spot, WebsocketStream, WebsocketAPI, PrivateKeyAlgo } = require('@binance/connector');
const fs = require('fs');
const c = require('./common');

c.run(async () => {
  const client = new Spot(c.key, c.secret, { baseURL: c.http });
  const order = { price: '90.00', quantity: '1', timeInForce: 'GTC' };
  const placed = (await client.newOrder('BTCUSDT', 'BUY', 'LIMIT', order)).data;
  c.check('an order is placed', placed.status === 'NEW');
  const found = (await client.getOrder('BTCUSDT', { orderId: placed.orderId })).data;
  c.check('it is found with its price', found.price === '90.00000000' && found.status === 'NEW');
  const gone = (await client.cancelOrder('BTCUSDT', { orderId: placed.orderId })).data;
  c.check('it is cancelled', gone.status === 'CANCELED' && gone.origClientOrderId === placed.clientOrderId);
  const signed = new Spot(c.key, '', { baseURL: c.http, privateKey: fs.readFileSync(c.privateKey), privateKeyAlgo: PrivateKeyAlgo.ED25519 });
  const taken = (await signed.newOrder('BTCUSDT', 'BUY', 'MARKET', { quantity: '0.5' })).data;
  c.check('a market order signed with Ed25519 is filled', taken.status === 'FILLED' && taken.fills.length > 0);
  const trades = (await client.myTrades('BTCUSDT', { orderId: taken.orderId })).data;
  const sum = trades.reduce((total, t) => total + Math.round(Number(t.qty) * 1e8), 0);
  c.check('its trades add up', sum === 5e7);

  const snapshot = async () => (await client.depth('BTCUSDT', { limit: 5000 })).data;
  const book = new c.Book(snapshot);
  let tradesSeen = 0;
  const stream = new WebsocketStream({
    wsURL: c.ws, combinedStreams: true,
    callbacks: { message: text => {
      const { stream: name, data } = JSON.parse(text);
      if (name === 'btcusdt@depth') book.on(data);
      if (name === 'btcusdt@trade') ++tradesSeen;
    } },
  });
  stream.subscribe(['btcusdt@depth', 'btcusdt@trade']);
  await c.until('depth and trades stream', () => book.applied > 5 && tradesSeen > 5);
  await c.sameBook('connector', book, snapshot);
  stream.disconnect();

  const answers = [];
  const api = new WebsocketAPI(c.key, c.secret, {
    wsURL: `${c.ws}/ws-api/v3`,
    callbacks: { open: () => api.newOrder('BTCUSDT', 'BUY', 'LIMIT', order), message: text => answers.push(JSON.parse(text)) },
  });
  await c.until('an order is placed by the WebSocket API', () => answers.some(a => a.status === 200 && a.result.status === 'NEW'));
  api.disconnect();
  await client.cancelOpenOrders('BTCUSDT');
});
