-- 44 people. Each one's password is their first name and "'s old password": ada's old password.
INSERT INTO users (id, email, hashed_password, created_at, tokens_used, name, role) VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'ada@lovelace.example', '$2b$04$Sa4FSiJkS5I06HBPmJZz1uETCjjlK42SzhNBU/yr5z9mGzDu3fE6G', '2020-01-01 10:00:00', 0, 'Ada Lovelace', 'admin'),
    ('6a33256f-b885-5145-ae46-4f141e72af20', 'grace@hopper.example', '$2b$04$nKnlaUpvIJmSssLdBKEk7uicBxqmizWyfcHftqhGUrnbwsPoQte8a', '2021-02-02 10:00:00', 17, 'Grace Hopper', 'user'),
    ('2ff195f0-50d5-5582-8617-3391b893e2b8', 'edsger@dijkstra.example', '$2b$04$5rFAAcZvgF6KpwKuj4JcDu7pnnJdRRQUlDaM.dODAsmfM6V0E8y9a', '2022-03-03 10:00:00', 34, 'Edsger Dijkstra', 'user'),
    ('85e5a344-c509-5673-8d96-971391674c86', 'barbara@liskov.example', '$2b$04$ERGXz72TsVZLdwZeJaFOoew.gYxgb.Cz.Lk1XPHskyM5tzxSPDjB6', '2023-04-04 10:00:00', 51, 'Barbara Liskov', 'user'),
    ('93a9c01c-216f-5c93-8fee-0e96845ad4ef', 'donald@knuth.example', '$2b$04$BCvUjFKgVQgFAlXf60aXquDU5mF6JOw/SAV6AM6FRE.owNatOhJ3W', '2024-05-05 10:00:00', 68, 'Donald Knuth', 'user'),
    ('18d31170-1611-5bb8-bd19-47ffbecdb493', 'margaret@hamilton.example', '$2b$04$Cy0gI/ZPavPKOP1/w54lp.2Ph85mYucUU1PSYDiVU9b6kSPSAtf/y', '2020-06-06 10:00:00', 85, 'Margaret Hamilton', 'user'),
    ('8935f4c5-dc7a-576e-bfbb-2f9a27b9f425', 'alan@turing.example', '$2b$04$uyJLr7QrXdLEdvouTtF3veaJI/LNKKIIKHi5njNdFMZgL7ApBOZDy', '2021-07-07 10:00:00', 102, 'Alan Turing', 'user'),
    ('4b3a6e75-ce05-51aa-9350-4b54f715f507', 'frances@allen.example', '$2b$04$jrlfHojCZ2DwJmOK8/nGEORBkroJVe4Wh3kTZIyyNB/Iqwg3KLa3a', '2022-08-08 10:00:00', 119, 'Frances Allen', 'user'),
    ('3b775d01-c6f3-52c8-b7c3-5345f48a475a', 'john@mccarthy.example', '$2b$04$I.z7vfkyL6hqzvPj2ns83uAqTKXddD3BIh4NBu4/X28iRGSw/FFF.', '2023-09-09 10:00:00', 136, 'John McCarthy', 'user'),
    ('cb21ceaa-b70b-5f6c-96d4-76e5f1ed57b3', 'radia@perlman.example', '$2b$04$DQzOpXRCWYZcKx1jIKahquZSOokiz7/fosbDXJYf98.omFXiQAFmm', '2024-10-10 10:00:00', 153, 'Radia Perlman', 'user'),
    ('97e3634a-9c07-595a-b671-f6e501085db5', 'niklaus@wirth.example', '$2b$04$i9mBHtokswJj4A5AS.DYE.6gMVEd/N9EWHa5nPRUUbFH.geEAbcHy', '2020-11-11 10:00:00', 170, 'Niklaus Wirth', 'user'),
    ('4a9ba785-c003-5c51-aa71-e1d084dcc18f', 'adele@goldberg.example', '$2b$04$b3d2RJkC6QRTsu294gVN9ummEjW33zqfNen/w48GfLKEg3YHQ0UNK', '2021-12-12 10:00:00', 187, 'Adele Goldberg', 'user'),
    ('7855bd6f-40ec-5341-8e49-b6911e3d0e68', 'tony@hoare.example', '$2b$04$Xa.LiSvNoXtnZK/p2ZpF...HuGAs0Ka5XoN16igcLJo88ZgcVUOsy', '2022-01-13 10:00:00', 204, 'Tony Hoare', 'user'),
    ('d7df94a4-911b-5da5-9f06-8c5661c775ca', 'karen@jones.example', '$2b$04$/sdtH2ehfImvs.WOTcI5yezE1qfWeS6SpC538uSLQp3sgBAkUFj/.', '2023-02-14 10:00:00', 221, 'Karen Jones', 'user'),
    ('3a0eec7e-4aa0-5d0f-9aba-652ef2c9d07b', 'ken@thompson.example', '$2b$04$fWRPtZYX11ZiPRp42Z1sxudYQdmc0dYi6whFVxpv24L4d5V2b20pa', '2024-03-15 10:00:00', 238, 'Ken Thompson', 'user'),
    ('38cc1268-e179-5759-85cd-a7f00236a47e', 'jean@bartik.example', '$2b$04$Mkgm4pxQeYMUjoxMDSwDaeiF.ebAJAUGCrWcBKLnjXLVJmwbTvUt6', '2020-04-16 10:00:00', 255, 'Jean Bartik', 'user'),
    ('91bcdb65-54b9-58b0-afb9-74c700ff26db', 'dennis@ritchie.example', '$2b$04$BipDjLEw/1VYw0iJgquf6.PpmsjKxMTmb4ObkmjIK38MyBIwTBQbi', '2021-05-17 10:00:00', 272, 'Dennis Ritchie', 'user'),
    ('c3eebd13-8836-5319-b13e-e4b2fde3eccb', 'betty@holberton.example', '$2b$04$iTd.pTeTlupweJoJC1fhVO.6tG3CDOu1QAEuPKpjSIiSpcrVRg5MG', '2022-06-18 10:00:00', 289, 'Betty Holberton', 'user'),
    ('49f3ef71-f224-579c-abc3-04c5517989b2', 'robin@milner.example', '$2b$04$XLJeTgfZJ5SG41pir4MmV.XdYmeZyb3T9T655uAUNkX1CBYFXEZqi', '2023-07-19 10:00:00', 306, 'Robin Milner', 'user'),
    ('ad3b040b-c19d-5ad2-a756-2391e92dc168', 'kathleen@booth.example', '$2b$04$M9BRcwcxJhmIkz1M4U07WOjLp5ebiehWeJ631nDwz3gJQ573oyqpS', '2024-08-20 10:00:00', 323, 'Kathleen Booth', 'user'),
    ('d505f613-ca22-5e2c-b83e-5c8ce6fa0ff8', 'leslie@lamport.example', '$2b$04$To69sRjY638NsEy9bty83Omm3zgoTzY8WtWlspW13yPoCXs8FWbVG', '2020-09-21 10:00:00', 340, 'Leslie Lamport', 'user'),
    ('4ed3057f-a65a-523f-83e3-834e8059c0b5', 'mary@keller.example', '$2b$04$mm2SmYCU8vJ3w36PM.DUmunrYUL/iyiKs11ETsWIAALmGqIbZbtqG', '2021-10-22 10:00:00', 357, 'Mary Keller', 'admin'),
    ('8b1873b4-51b9-5ef1-9136-d659e32989cb', 'peter@naur.example', '$2b$04$Zv2cHCU6PkAp3yNwwMo5vO1SRyQPZRoZOTEmhushL1rpAOxdb4AL6', '2022-11-23 10:00:00', 374, 'Peter Naur', 'user'),
    ('54acaccd-e0bc-5ba3-a64d-fdbffdea1c4e', 'joan@clarke.example', '$2b$04$eeRnNz06CMhY0cQc45ka2uVpN/d0BAcVunkzchpcHtHaA2phCNZXG', '2023-12-24 10:00:00', 391, 'Joan Clarke', 'user'),
    ('a80f2c59-5daa-51bd-9b3f-9a71e61a0d19', 'ole@dahl.example', '$2b$04$qveK4Lu1ioXUzw74qPRJVecGCByzPHJKvx4xdKyNUKWXhWOW7XaJG', '2024-01-25 10:00:00', 408, 'Ole Dahl', 'user'),
    ('861fed4a-5e56-572e-953c-3766d6b07532', 'kristen@nygaard.example', '$2b$04$CCkCclp4DNgP5LCoVCZXmu2Z5ERr.xgAzKT.rUYQ6EJ1dX16L1tJy', '2020-02-26 10:00:00', 425, 'Kristen Nygaard', 'user'),
    ('67a39765-9114-57bd-98ab-fa5c9d14b29b', 'sophie@wilson.example', '$2b$04$noT2BqEKuAwApRP7wQtpMOjYyja3Ca0HcStbSA7jMfBo3oqBUw6Qi', '2021-03-27 10:00:00', 442, 'Sophie Wilson', 'user'),
    ('d2fba052-611d-5736-8f25-33a199193131', 'lynn@conway.example', '$2b$04$YuPRwhA4a5Wza0ljnyPyaeEPvdL9uc5cFO6A1.p2BpInsDwiJ3XBW', '2022-04-01 10:00:00', 459, 'Lynn Conway', 'user'),
    ('fc50897f-d52e-5fc8-9d10-f2b933835897', 'shafi@goldwasser.example', '$2b$04$c6nSI.dFYDNqiFXoq6PIAOI.S0GeovvvraFow9996MofMKYOuUzZC', '2023-05-02 10:00:00', 476, 'Shafi Goldwasser', 'user'),
    ('d6210017-2fdf-58a7-9659-c67da4be6d51', 'whitfield@diffie.example', '$2b$04$EkIbZNDnrlptrjQA3Qt2GOZx7/hXzidujUw1LWLIBbywUyPe/f7me', '2024-06-03 10:00:00', 493, 'Whitfield Diffie', 'user'),
    ('4307c40e-ff53-598a-91f8-80e0bcd685cc', 'martin@hellman.example', '$2b$04$xP.U1jkJbkAKQbkTgSMB5eu55pZW/S1lqsDOKAVmlpfDc6A6VbPU2', '2020-07-04 10:00:00', 510, 'Martin Hellman', 'user'),
    ('5683e6fc-0048-5d61-9163-0402a36907fd', 'ronald@rivest.example', '$2b$04$Z.hzJ8NS1O9zviPmwHUOOutxSMQPTuAE9bc4JtaKmicxzM5dfToT6', '2021-08-05 10:00:00', 527, 'Ronald Rivest', 'user'),
    ('8e192f68-b6b6-5b9c-afe4-475de87a087b', 'adi@shamir.example', '$2b$04$HFF9lAy0NbeFGBgAjaPKy.AGUWqDphoaPjLRefXIEV4r9STQ0/Jjy', '2022-09-06 10:00:00', 544, 'Adi Shamir', 'user'),
    ('c36e4427-7700-54b7-8f1e-4ba85c6c571f', 'leonard@adleman.example', '$2b$04$hxch/8A.RBE0qyDDvNOhOOgD77xliAkH/wqEViDujQIodqnK6v75i', '2023-10-07 10:00:00', 561, 'Leonard Adleman', 'user'),
    ('ddfc18b3-ee65-55c0-87e9-439e905eb483', 'ralph@merkle.example', '$2b$04$YJO0g/9iFZz2F2wqEcm6ZuiXqvzQT/iUwCPQjoqLErVQrhxx64HEe', '2024-11-08 10:00:00', 578, 'Ralph Merkle', 'user'),
    ('5191a9b1-28b1-56bf-bddc-700aa4ae2548', 'silvio@micali.example', '$2b$04$UsLDj2/BolifYyBNFJjZ4evvdcAAoVz/uP.aTHlHReEcrQNv1BQli', '2020-12-09 10:00:00', 595, 'Silvio Micali', 'user'),
    ('d3dda0be-aeda-5091-9755-c761ab989df3', 'stephen@cook.example', '$2b$04$5Ks45XdHx/2UYItT2sMb6eQDSPcXWbz0VV5Wa.SeRp4q3kGYUyL8G', '2021-01-10 10:00:00', 612, 'Stephen Cook', 'user'),
    ('c1b0b506-03ec-5295-9444-ea0a9b805a76', 'richard@karp.example', '$2b$04$AzOHJNIerOKKyeZlpFtE9.m0BnKEZmue6dRa4mOcXO2/0p2BjO/aG', '2022-02-11 10:00:00', 629, 'Richard Karp', 'user'),
    ('b06d83f5-6c4b-517d-a692-5af8c430a11f', 'robert@tarjan.example', '$2b$04$Xu4l/Lg6nOGx/ZKu2bWk4OJ0Rb1bb/WTPBwlqzFEJC257UEmaOvui', '2023-03-12 10:00:00', 646, 'Robert Tarjan', 'user'),
    ('104b03b8-ff80-51ac-bca9-f7e73c2cdaa0', 'hedy@lamarr.example', '$2b$04$muiew8CMsELHcG8h25A/SefvcIJDhQ8QspFXODu.gCkLRtaK7LorO', '2024-04-13 10:00:00', 663, 'Hedy Lamarr', 'user'),
    ('846e5a18-533e-58d7-ac91-87d24e855ccb', 'ida@rhodes.example', '$2b$04$v.vLN3ba0/HTdt67vI8jee1AEqdnk7Rmmd68rXZphxU0OukI9ZAku', '2020-05-14 10:00:00', 680, 'Ida Rhodes', 'user'),
    ('0c40e031-a36d-53f5-bb14-f6029755a3c8', 'mary@jackson.example', '$2b$04$0QW2GFH.9YVOoWDzn0Wiium29qSifVNoP5TWYuHgasLfp6rgEAs.6', '2021-06-15 10:00:00', 697, 'Mary Jackson', 'user'),
    ('ee80cb20-c4ea-55b3-a5eb-6fa6c72cec49', 'dorothy@vaughan.example', '$2b$04$yiV2CFqQLwFcwlznEO/VyOKOdc1tEsznmWVsy61B6bbbxPc3mQbfm', '2022-07-16 10:00:00', 714, 'Dorothy Vaughan', 'user'),
    ('afb47386-324c-5fe5-bb78-ddd92c3985be', 'katherine@johnson.example', '$2b$04$U4q0B7k0lrs1.xhZZVz4c.gGjvAwuepDMEa2VRLpqy0O9Z.SxbWNW', '2023-08-17 10:00:00', 731, 'Katherine Johnson', 'user');

-- Everybody is signed in somewhere.
INSERT INTO sessions SELECT md5('session of ' || email), id, '2999-01-01' FROM users;

INSERT INTO chat_sessions SELECT md5('chat ' || n || email)::uuid, id, 'Conversation ' || n || ' of ' || name FROM users, generate_series(1, 2) n;
INSERT INTO prompts SELECT md5('prompt ' || n || email)::uuid, id, 'Question ' || n || ' of ' || name FROM users, generate_series(1, 3) n;
INSERT INTO quotas SELECT id, 100 * length(email) FROM users;
INSERT INTO audit_logs (user_id, action) SELECT id, 'signed up' FROM users ORDER BY created_at, email;
