-- Counts what changed metadata, in the transaction that changed it: who keeps metadata in memory sees whether it still holds.
create table metadatarevision (revision bigint not null);
insert into metadatarevision values (0);
