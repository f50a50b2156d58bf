// `binance` by tiagosiebler.
'use strict';
const { MainClient, WebsocketClient, WebsocketAPIClient } = require('binance');
const c = require('./common');

c.run(async () => {
  const client = new MainClient({ api_key: c.key, api_secret: c.secret, baseUrl: c.http });
  const info = await client.getExchangeInfo();
  c.check('symbols are listed', info.symbols.some(s => s.symbol === 'BTCUSDT' && s.filters.length >= 3));
  const order = { symbol: 'BNBUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: 1, price: 90 };
  const placed = await client.submitNewOrder(order);
  c.check('an order is placed', placed.status === 'NEW');
  const open = await client.getOpenOrders({ symbol: 'BNBUSDT' });
  c.check('it is open', open.length === 1 && open[0].orderId === placed.orderId);
  const gone = await client.cancelOrder({ symbol: 'BNBUSDT', orderId: placed.orderId });
  c.check('it is cancelled', gone.status === 'CANCELED');
  const sold = await client.submitNewOrder({ symbol: 'BNBUSDT', side: 'SELL', type: 'MARKET', quantity: 1 });
  c.check('a market order is filled', sold.status === 'FILLED');
  const snapshot = () => client.getOrderBook({ symbol: 'BNBUSDT', limit: 5000 });
  const book = new c.Book(snapshot);
  const ws = new WebsocketClient({ wsUrl: c.ws });
  ws.on('message', message => { const data = message.data || message; if (data.e === 'depthUpdate') book.on(data); });
  ws.on('exception', () => {});
  ws.subscribe(['bnbusdt@depth'], 'main');
  await c.until('depth streams', () => book.applied > 5);
  await c.sameBook('binance', book, snapshot);
  const api = new WebsocketAPIClient({ api_key: c.key, api_secret: c.secret, wsUrl: c.ws, attachEventListeners: false });
  const byApi = await api.submitNewSpotOrder({ ...order, quantity: '1', price: '90', timestamp: Date.now() });
  c.check('an order is placed by the WebSocket API', byApi.result.status === 'NEW');
  await client.cancelAllSymbolOrders({ symbol: 'BNBUSDT' });
});
