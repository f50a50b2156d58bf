// binance-api-node.
'use strict';
const c = require('./common');
const client = require('binance-api-node').default({
  apiKey: c.key, apiSecret: c.secret, httpBase: c.http, wsBase: `${c.ws}/ws`, wsApi: `${c.ws}/ws-api/v3` });

c.run(async () => {
  c.check('the time comes', Math.abs(await client.time() - Date.now()) < 60_000);
  const events = [];
  await client.ws.user(event => events.push(event));
  const placed = await client.order({ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '90' });
  c.check('an order is placed', placed.status === 'NEW');
  c.check('it is found', (await client.getOrder({ symbol: 'BTCUSDT', orderId: placed.orderId })).status === 'NEW');
  await client.cancelOrder({ symbol: 'BTCUSDT', orderId: placed.orderId });
  const text = () => JSON.stringify(events);
  await c.until('user data says both', () => text().includes('"NEW"') && text().includes('"CANCELED"'));
  let depth = 0;
  let trades = 0;
  client.ws.depth('BTCUSDT', () => ++depth);
  client.ws.trades(['BTCUSDT'], () => ++trades);
  await c.until('depth and trades stream', () => depth > 5 && trades > 5);
});
