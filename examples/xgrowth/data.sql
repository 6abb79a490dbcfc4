-- Five people, whom Clerk knows by these ids; Grace has not told xGrowth her address.
INSERT INTO users (id, email, created_at) VALUES
    ('user_2abcdefghijklmnopqrstuvwxyz', 'ada@example.com', '2025-01-10 08:00'),
    ('user_2zyxwvutsrqponmlkjihgfedcba', NULL, '2025-02-11 09:00'),
    ('user_2nQ7wLr9bKpVt3XyZ5sDfGhJk1M', 'katherine@example.com', '2025-03-12 10:00'),
    ('user_2oR8xMs0cLqWu4YzA6tEgHiKl2N', 'hedy@example.com', '2025-04-13 11:00'),
    ('user_2pS9yNt1dMrXv5ZaB7uFhIjLm3O', 'radia@example.com', '2025-05-14 12:00');

-- Two accounts for the first two, one for each of the others.
INSERT INTO x_accounts (user_id, handle)
SELECT id, '@' || substr(id, 6, 6) || n FROM users, generate_series(1, 2) n WHERE n = 1 OR created_at < '2025-03-01' ORDER BY created_at, n;

-- Four posts for each account, which say whose they are.
INSERT INTO scheduled_posts (x_account_id, content, scheduled_at)
SELECT id, 'Post ' || n || ' of ' || user_id, timestamp '2026-01-01' + n * interval '1 day' FROM x_accounts, generate_series(1, 4) n ORDER BY id, n;
