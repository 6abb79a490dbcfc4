-- Twelve people. Each one's password is their first name and "'s old password": ada's old password.
INSERT INTO users (email, name, hashed_password, created_at) VALUES
    ('ada@example.com', 'Ada Lovelace', '$2b$04$Sa4FSiJkS5I06HBPmJZz1uETCjjlK42SzhNBU/yr5z9mGzDu3fE6G', '2020-01-10 08:00:00'),
    ('grace@example.com', 'Grace Hopper', '$2b$04$nKnlaUpvIJmSssLdBKEk7uicBxqmizWyfcHftqhGUrnbwsPoQte8a', '2021-02-11 08:00:00'),
    ('edsger@example.com', 'Edsger Dijkstra', '$2b$04$5rFAAcZvgF6KpwKuj4JcDu7pnnJdRRQUlDaM.dODAsmfM6V0E8y9a', '2022-03-12 08:00:00'),
    ('barbara@example.com', 'Barbara Liskov', '$2b$04$ERGXz72TsVZLdwZeJaFOoew.gYxgb.Cz.Lk1XPHskyM5tzxSPDjB6', '2023-04-13 08:00:00'),
    ('donald@example.com', 'Donald Knuth', '$2b$04$BCvUjFKgVQgFAlXf60aXquDU5mF6JOw/SAV6AM6FRE.owNatOhJ3W', '2024-05-14 08:00:00'),
    ('margaret@example.com', 'Margaret Hamilton', '$2b$04$Cy0gI/ZPavPKOP1/w54lp.2Ph85mYucUU1PSYDiVU9b6kSPSAtf/y', '2020-06-15 08:00:00'),
    ('radia@example.com', 'Radia Perlman', '$2b$04$DQzOpXRCWYZcKx1jIKahquZSOokiz7/fosbDXJYf98.omFXiQAFmm', '2021-07-16 08:00:00'),
    ('tony@example.com', 'Tony Hoare', '$2b$04$Xa.LiSvNoXtnZK/p2ZpF...HuGAs0Ka5XoN16igcLJo88ZgcVUOsy', '2022-08-17 08:00:00'),
    ('frances@example.com', 'Frances Allen', '$2b$04$jrlfHojCZ2DwJmOK8/nGEORBkroJVe4Wh3kTZIyyNB/Iqwg3KLa3a', '2023-09-18 08:00:00'),
    ('ken@example.com', 'Ken Thompson', '$2b$04$fWRPtZYX11ZiPRp42Z1sxudYQdmc0dYi6whFVxpv24L4d5V2b20pa', '2024-01-19 08:00:00'),
    ('jean@example.com', 'Jean Bartik', '$2b$04$Mkgm4pxQeYMUjoxMDSwDaeiF.ebAJAUGCrWcBKLnjXLVJmwbTvUt6', '2020-02-10 08:00:00'),
    ('robin@example.com', 'Robin Milner', '$2b$04$XLJeTgfZJ5SG41pir4MmV.XdYmeZyb3T9T655uAUNkX1CBYFXEZqi', '2021-03-11 08:00:00');

-- Some code wrote internal ids where Clerk's belong.
UPDATE users SET clerk_user_id = id::text WHERE email IN ('grace@example.com', 'donald@example.com');

INSERT INTO profiles (user_id, bio) SELECT id, 'I am ' || name FROM users;
INSERT INTO courses (owner_id, title) SELECT id, 'Lesson ' || n || ' by ' || name FROM users, generate_series(1, 2) n ORDER BY id, n;
INSERT INTO conversations (user_id, peer_id) SELECT one.id, other.id FROM users one JOIN users other ON other.id = one.id % 12 + 1 ORDER BY one.id;
INSERT INTO records (user_id, router, body)
SELECT id, router, router || ' of ' || name
FROM users, unnest('{
    onboarding,peers,jobs,chat,lessons,quizzes,progress,badges,teams,messages,search,files,settings,notifications,reports,billing,feedback,webhooks
}'::text[]) router ORDER BY id, router;
