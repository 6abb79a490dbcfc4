\ir ../../../examples/xgrowth/schema.sql
INSERT INTO users (id, email) VALUES ('user_2abcdefghijklmnopqrstuvwxyz', 'ada@example.com'), ('user_2zyxwvutsrqponmlkjihgfedcba', NULL);
