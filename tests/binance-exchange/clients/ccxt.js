// ccxt, with its streams.
'use strict';
const ccxt = require('ccxt');
const c = require('./common');

c.run(async () => {
  const exchange = new ccxt.pro.binance({
    apiKey: c.key, secret: c.secret,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, fetchMargins: false },
  });
  const point = urls => {
    for (const name in urls) {
      if (typeof urls[name] === 'string') urls[name] = urls[name].replace(/^https:\/\/[^/]+/, c.http).replace(/^wss:\/\/[^/]+/, c.ws);
      else if (urls[name] && typeof urls[name] === 'object') point(urls[name]);
    }
  };
  point(exchange.urls.api);
  await exchange.loadMarkets();
  c.check('markets are loaded', exchange.markets['BTC/USDT'].precision.price === 0.01);
  const order = await exchange.createOrder('BTC/USDT', 'limit', 'buy', 1, 90);
  c.check('an order is placed', order.status === 'open');
  c.check('it is found', (await exchange.fetchOrder(order.id, 'BTC/USDT')).price === 90);
  c.check('it is cancelled', (await exchange.cancelOrder(order.id, 'BTC/USDT')).status === 'canceled');
  const bought = await exchange.createOrder('BTC/USDT', 'market', 'buy', 0.5);
  c.check('a market order is filled', bought.status === 'closed' && bought.filled === 0.5);
  const balance = await exchange.fetchBalance();
  c.check('the balance has it', balance.BTC.total > 999);
  if (c.ws.startsWith('ws:')) await exchange.loadHttpProxyAgent();  // only for plain ws://
  c.check('trades stream', (await exchange.watchTrades('BTC/USDT')).length > 0);
  const book = await exchange.watchOrderBook('BTC/USDT');
  c.check('the book streams and is not crossed', book.bids[0][0] < book.asks[0][0]);
  await exchange.close();
});
