CREATE TABLE users (id VARCHAR PRIMARY KEY, email VARCHAR UNIQUE, created_at TIMESTAMP NOT NULL DEFAULT now());
CREATE TABLE x_accounts (id SERIAL PRIMARY KEY, user_id VARCHAR NOT NULL REFERENCES users, handle VARCHAR NOT NULL);
CREATE TABLE scheduled_posts (id SERIAL PRIMARY KEY, x_account_id INTEGER NOT NULL REFERENCES x_accounts, content TEXT NOT NULL);
INSERT INTO users (id, email) VALUES ('user_2abcdefghijklmnopqrstuvwxyz', 'ada@example.com'), ('user_2zyxwvutsrqponmlkjihgfedcba', NULL);
