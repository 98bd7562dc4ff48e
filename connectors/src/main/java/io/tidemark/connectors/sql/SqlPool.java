package io.tidemark.connectors.sql;

import com.zaxxer.hikari.HikariConfig;

/** The connections of a source, sink or probe, as its dialect wants them. */
final class SqlPool extends ConnectionPool {

  private final SqlEndpoint endpoint;
  private final Dialect.Use use;

  SqlPool(SqlEndpoint endpoint, Dialect.Use use, SqlErrors errors) {
    super(use, errors::of);
    this.endpoint = endpoint;
    this.use = use;
  }

  @Override
  protected void configure(HikariConfig config) {
    Dialect dialect = endpoint.dialect();
    config.setJdbcUrl(endpoint.url());
    if (!endpoint.user().isEmpty()) {
      config.setUsername(endpoint.user());
      config.setPassword(endpoint.password());
    }
    config.setReadOnly(dialect.readOnly(use));
    dialect.isolation(use).ifPresent(config::setTransactionIsolation);
    dialect.opening(use).ifPresent(config::setConnectionInitSql);
    dialect.properties(use).forEach(config::addDataSourceProperty);
  }
}
