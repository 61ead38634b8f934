-- What `indicators-api distribute` asks of Citus, without Citus: tables are noted as placed, and what
-- Citus refuses is refused. Where a table lies is not played.
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
VALUES (987654, 'citus', 10, 11, FALSE, '12.1-1');
CREATE TABLE pg_catalog.pg_dist_local_group (groupid int);
INSERT INTO pg_dist_local_group VALUES (0);
CREATE TABLE pg_catalog.pg_dist_node (
    nodename text, nodeport int, groupid int, isactive bool DEFAULT TRUE, noderole text DEFAULT 'primary',
    hasmetadata bool DEFAULT TRUE, metadatasynced bool DEFAULT TRUE, shouldhaveshards bool DEFAULT TRUE);
INSERT INTO pg_dist_node VALUES ('one', 5432, 0), ('two', 5432, 1), ('three', 5432, 2);
CREATE TABLE pg_catalog.pg_dist_partition (
    logicalrelid regclass, partmethod "char", partkey text, repmodel "char");
CREATE TABLE pg_catalog.pg_dist_shard (logicalrelid regclass);
CREATE TABLE pg_catalog.placed_beside (logicalrelid regclass, beside text);
CREATE TABLE pg_catalog.freed (logicalrelid regclass);
CREATE FUNCTION pg_catalog.column_to_column_name(regclass, text) RETURNS text
RETURN $2;
CREATE FUNCTION pg_catalog.run_command_on_workers(text)
RETURNS TABLE (nodename text, nodeport int, success bool, result text)
BEGIN ATOMIC SELECT nodename, nodeport, TRUE, '1' FROM pg_dist_node WHERE groupid > 0; END;
CREATE FUNCTION pg_catalog.demand_placeable(regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = $1 AND attidentity <> '') THEN
        RAISE 'cannot complete operation on a table with identity column';
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND $1 IN (conrelid, confrelid)) THEN
        RAISE 'foreign keys would make a Citus table of a local one';
    END IF;
END $$;
CREATE FUNCTION pg_catalog.create_reference_table(regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM demand_placeable($1);
    INSERT INTO pg_dist_partition VALUES ($1, 'n', NULL, 't');
END $$;
CREATE FUNCTION pg_catalog.create_distributed_table(
    table_name regclass, by_column text, colocate_with text, shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM demand_placeable(table_name);
    INSERT INTO pg_dist_partition VALUES (table_name, 'h', by_column, 's');
    INSERT INTO placed_beside VALUES (table_name, colocate_with);
    INSERT INTO pg_dist_shard SELECT table_name FROM generate_series(1, coalesce(
        shard_count, (SELECT count(*)::int FROM pg_dist_shard
                      WHERE logicalrelid = to_regclass(colocate_with))));
END $$;
CREATE FUNCTION pg_catalog.truncate_local_data_after_distributing_table(regclass) RETURNS void
BEGIN ATOMIC INSERT INTO freed VALUES ($1); END;
CREATE FUNCTION pg_catalog.citus_total_relation_size(regclass) RETURNS bigint
RETURN pg_total_relation_size($1);
