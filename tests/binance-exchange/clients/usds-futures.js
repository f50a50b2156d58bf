// @binance/derivatives-trading-usds-futures, the official client; and the futures of `binance` and binance-api-node.
'use strict';
const { DerivativesTradingUsdsFutures } = require('@binance/derivatives-trading-usds-futures');
const { USDMClient } = require('binance');
const c = require('./common');

c.run(async () => {
  const client = new DerivativesTradingUsdsFutures({
    configurationRestAPI: { apiKey: c.key, apiSecret: c.secret, basePath: c.futuresHttp },
    configurationWebsocketAPI: { apiKey: c.key, apiSecret: c.secret, wsURL: `${c.futuresWs}/ws-fapi/v1` },
    configurationWebsocketStreams: { wsURL: c.futuresWs },
  });
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: 90 };
  const listen = await (await client.restAPI.startUserDataStream()).data();
  c.check('a listen key is given', typeof listen.listenKey === 'string');
  const streams = await client.websocketStreams.connect();
  const events = [];
  streams.userData(listen.listenKey).on('message', event => events.push(event));
  const snapshot = async () => {
    const s = await (await client.restAPI.orderBook({ symbol: 'BTCUSDT', limit: 1000 })).data();
    return { ...s, lastUpdateId: Number(s.lastUpdateId) };
  };
  const book = new c.Book(snapshot);
  let trades = 0;
  streams.diffBookDepthStreams({ symbol: 'btcusdt' }).on('message', e => book.on({ ...e, U: Number(e.U), u: Number(e.u), pu: Number(e.pu) }));
  streams.aggregateTradeStreams({ symbol: 'btcusdt' }).on('message', () => ++trades);
  await new Promise(done => setTimeout(done, 300));

  const placed = await (await client.restAPI.newOrder(order)).data();
  c.check('an order is placed', placed.status === 'NEW');
  const changed = await (await client.restAPI.modifyOrder({ symbol: 'BTCUSDT', side: 'BUY', orderId: placed.orderId, quantity: 2, price: 91 })).data();
  c.check('it is modified', Number(changed.origQty) === 2 && Number(changed.price) === 91);
  const gone = await (await client.restAPI.cancelOrder({ symbol: 'BTCUSDT', orderId: placed.orderId })).data();
  c.check('it is cancelled', gone.status === 'CANCELED');
  const bought = await (await client.restAPI.newOrder({ symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: 0.5 })).data();
  c.check('a market order is filled', bought.status === 'FILLED');
  const risk = await (await client.restAPI.positionInformationV3({ symbol: 'BTCUSDT' })).data();
  c.check('the position is there', Number(risk[0].positionAmt) === 0.5);
  const sold = await (await client.restAPI.newOrder({ symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: 0.5, reduceOnly: 'true' })).data();
  c.check('it is closed by a reduce-only order', sold.status === 'FILLED');
  const again = await client.restAPI.newOrder({ symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: 0.5, reduceOnly: 'true' }).catch(error => error);
  c.check('another one is refused', again instanceof Error);
  const text = () => JSON.stringify(events);
  await c.until('user data says all of it', () => ['"NEW"', '"AMENDMENT"', '"CANCELED"', '"TRADE"', 'ACCOUNT_UPDATE'].every(k => text().includes(k)));
  const api = await client.websocketAPI.connect({ timeout: 3000 });
  const byApi = await api.newOrder(order);
  c.check('an order is placed by the WebSocket API', JSON.stringify(byApi).includes('"NEW"'));
  await c.until('depth and trades stream', () => book.applied > 5 && trades > 5);
  await c.sameBook('usds-futures', book, snapshot);

  const other = new USDMClient({ api_key: c.key, api_secret: c.secret, baseUrl: c.futuresHttp });
  const open = await other.getAllOpenOrders({ symbol: 'BTCUSDT' });
  c.check('`binance` sees the open order', open.length === 1);
  await other.setCancelOrdersOnTimeout({ symbol: 'BTCUSDT', countdownTime: 300 });
  await new Promise(done => setTimeout(done, 600));
  c.check('the countdown cancels it', (await other.getAllOpenOrders({ symbol: 'BTCUSDT' })).length === 0);

  const node = require('binance-api-node').default({ apiKey: c.key, apiSecret: c.secret, httpFutures: c.futuresHttp, wsFutures: `${c.futuresWs}/ws` });
  const byNode = await node.futuresOrder({ symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '90', timeInForce: 'GTC' });
  c.check('binance-api-node places an order', byNode.status === 'NEW');
  c.check('and cancels it', (await node.futuresCancelOrder({ symbol: 'ETHUSDT', orderId: byNode.orderId })).status === 'CANCELED');

  const ccxt = require('ccxt');
  const exchange = new ccxt.binanceusdm({ apiKey: c.key, secret: c.secret, options: { fetchMarkets: { types: ['linear'] }, fetchCurrencies: false, fetchMargins: false } });
  const point = urls => {
    for (const name in urls) {
      if (typeof urls[name] === 'string') urls[name] = urls[name].replace(/^https:\/\/[^/]+/, c.futuresHttp);
      else if (urls[name] && typeof urls[name] === 'object') point(urls[name]);
    }
  };
  point(exchange.urls.api);
  await exchange.loadMarkets();
  const byCcxt = await exchange.createOrder('BNB/USDT:USDT', 'limit', 'buy', 1, 90);
  c.check('ccxt places an order', byCcxt.status === 'open');
  c.check('and cancels it', (await exchange.cancelOrder(byCcxt.id, 'BNB/USDT:USDT')).status === 'canceled');
});
