// @binance/spot, the official client.
'use strict';
const { Spot } = require('@binance/spot');
const fs = require('fs');
const c = require('./common');

c.run(async () => {
  const client = new Spot({
    configurationRestAPI: { apiKey: c.key, apiSecret: c.secret, basePath: c.http },
    configurationWebsocketAPI: { apiKey: c.key, privateKey: fs.readFileSync(c.privateKey), wsURL: `${c.ws}/ws-api/v3` },
    configurationWebsocketStreams: { wsURL: c.ws },
  });
  const order = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: 90 };
  const placed = await (await client.restAPI.newOrder(order)).data();
  c.check('an order is placed', placed.status === 'NEW');
  const amended = await (await client.restAPI.orderAmendKeepPriority({ symbol: 'ETHUSDT', orderId: placed.orderId, newQty: 0.5 })).data();
  c.check('it is amended in its place', amended.amendedOrder.origQty === '0.50000000' || amended.amendedOrder.qty === '0.50000000');
  const replaced = await (await client.restAPI.orderCancelReplace({
    ...order, price: 91, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: placed.orderId })).data();
  c.check('it is cancelled and replaced', replaced.cancelResult === 'SUCCESS' && replaced.newOrderResult === 'SUCCESS');

  const api = await client.websocketAPI.connect({ timeout: 3000 });
  const logon = await api.sessionLogon();
  c.check('the session is logged on with Ed25519', JSON.stringify(logon).includes('authorizedSince'));
  const events = [];
  const user = await api.userDataStreamSubscribeSignature();
  user.stream.on('message', event => events.push(event));
  const byApi = await api.orderPlace(order);
  c.check('an order without a signature of its own is placed in the session', JSON.stringify(byApi).includes('"NEW"'));
  await c.until('its report comes in the user data stream', () => JSON.stringify(events).includes('executionReport'));
  await c.until('and the balances', () => JSON.stringify(events).includes('outboundAccountPosition'));

  const snapshot = async () => await (await client.restAPI.depth({ symbol: 'ETHUSDT', limit: 5000 })).data();
  const book = new c.Book(async () => { const s = await snapshot(); return { ...s, lastUpdateId: Number(s.lastUpdateId) }; });
  const streams = await client.websocketStreams.connect();
  streams.diffBookDepth({ symbol: 'ethusdt' }).on('message', event => book.on({ ...event, U: Number(event.U), u: Number(event.u) }));
  await c.until('depth streams', () => book.applied > 5);
  await c.sameBook('spot', book, async () => { const s = await snapshot(); return { ...s, lastUpdateId: Number(s.lastUpdateId) }; });
  await (await client.restAPI.deleteOpenOrders({ symbol: 'ETHUSDT' })).data();
});
