-- Nine people; everybody's password is "the old password of" and their first name. Katherine and Annie have never proved their
-- addresses, Hedy wrote hers with a capital letter, and Joan has locked herself out.
INSERT INTO users (id, email, password_hash, failed_attempts, email_verified, mfa_enabled, created_at, updated_at) VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'ada@example.com', '$2b$04$bid/x0FuAlaz7P004ah2IOiNUaR6LGj.sHJ6Qfkvc9JKTWKJfwZEy', 0, true, true, '2024-01-10 08:00', '2024-01-10 08:00'),
    ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', 'grace@example.com', '$2b$04$IpH2cIqXrQ8mIIu8WP6ByebPMfOnC/QZXgCtm24qrt8EIV4SH5n/.', 0, true, false, '2024-02-11 09:00', '2024-06-01 12:00'),
    ('0a3f1c6e-5d3b-4f0e-9c53-1c8a7c1d2e03', 'barbara@example.com', '$2b$04$zhqmA9a.OwNGcYXsHBJG7Oti7qXd/3yFiNA2qlZOWL5tFKWfc4H/e', 0, true, false, '2024-03-12 10:00', '2024-03-12 10:00'),
    ('0b9d8e7f-2a41-4c55-8f6a-6f0e1d2c3b04', 'katherine@example.com', '$2b$04$N7JLb/gUqo.w/V4OMOipTel/82ve0yBYnemE3RzsX24ihoid.WU4a', 0, false, false, '2024-04-13 11:00', '2024-04-13 11:00'),
    ('0c2b4a69-8d7e-4f11-a2b3-c4d5e6f70805', 'Hedy@example.com', '$2b$04$0yDlrUthBt/TXt0XNuPAd.nqIkrpcdnT9TYdYc9A8/obNbsx2kCIW', 0, true, false, '2024-05-14 12:00', '2024-05-14 12:00'),
    ('0d5e6f70-1b2c-4d3e-8f4a-5b6c7d8e9f06', 'joan@example.com', '$2b$04$DmTKm1G.M1rUhMlCDhzZVenPU4RbFC2vQaq0L6FEFMcIbaO/ZRpvC', 5, true, false, '2024-06-15 13:00', '2024-06-15 13:00'),
    ('0e8f9a0b-3c4d-4e5f-9a6b-7c8d9e0f1a07', 'margaret@example.com', '$2b$04$YhtacRhCrkDeVZIoM.mq6.CgSeRrAb5BOJ/ra2Dk1weAiMIIsmQgS', 0, true, false, '2024-07-16 14:00', '2024-07-16 14:00'),
    ('0f1a2b3c-4d5e-4f6a-8b7c-9d0e1f2a3b08', 'radia@example.com', '$2b$04$DUGw7/fnuQtuN5w7ZmNn9O7KkpgeFQO6TLTkLO3duGBps5fjSwz5S', 0, true, false, '2024-08-17 15:00', '2024-08-17 15:00'),
    ('00c4d5e6-5f6a-4b7c-9d8e-0f1a2b3c4d09', 'annie@example.com', '$2b$04$gv21uMVdlq5K/w4emz0kcODiQ2ibxMsRB3EgB9PtlswGIznmM.zGC', 0, false, false, '2024-09-18 16:00', '2024-09-18 16:00');

-- Three notes for each, which say whose they are.
INSERT INTO notes (id, user_id, title, content, created_at)
SELECT md5(id::text || n)::uuid, id, 'Note ' || n, 'Note ' || n || ' of ' || lower(email), created_at + n * interval '1 day'
FROM users, generate_series(1, 3) n;

-- Everybody shares their first note with the person who came next, and the last with the first.
INSERT INTO note_shares (note_id, user_id)
SELECT md5(id::text || 1)::uuid, COALESCE(lead(id) OVER (ORDER BY created_at), first_value(id) OVER (ORDER BY created_at)) FROM users;

INSERT INTO jwt_blacklist (jti, expires_at) VALUES ('5f0d7c3a9e2b4861a7c4d5e6f7081920', '2999-01-01');
INSERT INTO password_reset_tokens (token, user_id, expires_at)
SELECT md5('reset ' || email), id, '2999-01-01' FROM users WHERE failed_attempts = 5;
