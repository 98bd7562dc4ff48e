-- What specs/orders.yaml copies.
CREATE SCHEMA archive;
CREATE TABLE public.orders (
  id bigint PRIMARY KEY,
  customer integer NOT NULL,
  amount numeric(10, 2) NOT NULL,
  note text,
  placed_at timestamptz NOT NULL
);
INSERT INTO public.orders
SELECT i, i % 9973, (i % 100000) / 100.0, CASE WHEN i % 7 > 0 THEN 'order ' || i END,
  timestamptz '2026-01-01' + i * interval '1 second'
FROM generate_series(1, 300000) AS i;
ANALYZE public.orders;
