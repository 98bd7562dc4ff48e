package io.tidemark.bench.spring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.spring.SpringCopy.Copy;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemReader;
import org.springframework.batch.infrastructure.item.database.AbstractPagingItemReader;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcCursorItemReaderBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.batch.infrastructure.item.support.AbstractItemCountingItemStreamItemReader;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.task.TaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.PlatformTransactionManager;

/** The job of {@link SpringCopy}. */
@Configuration
@EnableBatchProcessing
@EnableJdbcJobRepository(
    dataSourceRef = "repositoryData",
    transactionManagerRef = "repositoryTransactions")
class CopyJob {

  /** Partitions for each thread: few, since each is a step execution of its own. */
  private static final int PARTITIONS_PER_THREAD = 4;

  private final Copy copy;

  CopyJob(Copy copy) {
    this.copy = copy;
  }

  @Bean(destroyMethod = "close")
  HikariDataSource sourceData() {
    return pool(copy.source());
  }

  @Bean(destroyMethod = "close")
  HikariDataSource targetData() {
    return pool(copy.target() + "?reWriteBatchedInserts=true");
  }

  @Bean(destroyMethod = "close")
  HikariDataSource repositoryData() {
    HikariDataSource pool = pool(copy.target() + "?currentSchema=batch");
    DatabasePopulatorUtils.execute(
        new ResourceDatabasePopulator(
            new ClassPathResource("org/springframework/batch/core/schema-postgresql.sql")),
        pool);
    return pool;
  }

  private HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(Database.USER);
    config.setPassword(Database.USER);
    config.setMaximumPoolSize(copy.threads() * 2 + 2);
    return new HikariDataSource(config);
  }

  @Bean
  PlatformTransactionManager repositoryTransactions(
      @Qualifier("repositoryData") DataSource repositoryData) {
    return new JdbcTransactionManager(repositoryData);
  }

  @Bean
  PlatformTransactionManager targetTransactions(@Qualifier("targetData") DataSource targetData) {
    return new JdbcTransactionManager(targetData);
  }

  @Bean
  Job job(JobRepository repository, @Qualifier("all") Step all) {
    return new JobBuilder("copy", repository).start(all).build();
  }

  @Bean
  Step all(
      JobRepository repository,
      @Qualifier("part") Step part,
      Partitioner partitioner,
      TaskExecutor threads) {
    return new StepBuilder("all", repository)
        .partitioner("part", partitioner)
        .step(part)
        .gridSize(copy.threads() * PARTITIONS_PER_THREAD)
        .taskExecutor(threads)
        .build();
  }

  @Bean
  ThreadPoolTaskExecutor threads() {
    ThreadPoolTaskExecutor threads = new ThreadPoolTaskExecutor();
    threads.setCorePoolSize(copy.threads());
    return threads;
  }

  /** Equal ranges [from, to) of the key. */
  @Bean
  Partitioner partitioner(@Qualifier("sourceData") DataSource sourceData) {
    return gridSize -> {
      JdbcTemplate source = new JdbcTemplate(sourceData);
      long least = number(source, "SELECT min(id) FROM " + copy.table());
      long span = number(source, "SELECT max(id) FROM " + copy.table()) - least + 1;
      Map<String, ExecutionContext> parts = new HashMap<>();
      for (int i = 0; i < gridSize; i++) {
        ExecutionContext context = new ExecutionContext();
        context.putLong("from", least + span * i / gridSize);
        context.putLong("to", least + span * (i + 1) / gridSize);
        parts.put("part" + i, context);
      }
      return parts;
    };
  }

  private static long number(JdbcTemplate source, String query) {
    Long number = source.queryForObject(query, Long.class);
    if (number == null) {
      throw new IllegalStateException("no row: " + query);
    }
    return number;
  }

  @Bean
  Step part(
      JobRepository repository,
      @Qualifier("targetTransactions") PlatformTransactionManager targetTransactions,
      ItemReader<Object[]> reader,
      JdbcBatchItemWriter<Object[]> writer) {
    return new StepBuilder("part", repository)
        .<Object[], Object[]>chunk(copy.chunk())
        .transactionManager(targetTransactions)
        .reader(reader)
        .writer(writer)
        .build();
  }

  @Bean
  @StepScope
  AbstractItemCountingItemStreamItemReader<Object[]> reader(
      @Qualifier("sourceData") DataSource sourceData,
      @Value("#{stepExecutionContext['from']}") long from,
      @Value("#{stepExecutionContext['to']}") long to)
      throws Exception {
    int columns = copy.insert().split(",", -1).length;
    RowMapper<Object[]> row =
        (result, number) -> {
          Object[] fields = new Object[columns];
          for (int i = 0; i < columns; i++) {
            fields[i] = result.getObject(i + 1);
          }
          return fields;
        };
    return switch (copy.reader()) {
      case "cursor" ->
          new JdbcCursorItemReaderBuilder<Object[]>()
              .name("reader")
              .dataSource(sourceData)
              .sql(
                  "SELECT %s FROM %s WHERE id >= ? AND id < ? ORDER BY id"
                      .formatted(copy.select(), copy.table()))
              .queryArguments(from, to)
              .fetchSize(copy.chunk())
              // Else the driver would read the whole result into memory.
              .connectionAutoCommit(false)
              .verifyCursorPosition(false)
              .rowMapper(row)
              .build();
      case "paging" -> paging(sourceData, from, to, row);
      default ->
          throw new IllegalArgumentException("a reader is cursor or paging, not " + copy.reader());
    };
  }

  private AbstractPagingItemReader<Object[]> paging(
      DataSource sourceData, long from, long to, RowMapper<Object[]> row) throws Exception {
    return new JdbcPagingItemReaderBuilder<Object[]>()
        .name("reader")
        .dataSource(sourceData)
        .selectClause("SELECT " + copy.select())
        .fromClause("FROM " + copy.table())
        .whereClause("WHERE id >= :from AND id < :to")
        .sortKeys(Collections.singletonMap("id", Order.ASCENDING))
        .parameterValues(Map.of("from", from, "to", to))
        .pageSize(copy.chunk())
        .fetchSize(copy.chunk())
        .rowMapper(row)
        .build();
  }

  @Bean
  JdbcBatchItemWriter<Object[]> writer(@Qualifier("targetData") DataSource targetData) {
    int columns = copy.insert().split(",", -1).length;
    return new JdbcBatchItemWriterBuilder<Object[]>()
        .dataSource(targetData)
        .sql(
            "INSERT INTO %s (%s) VALUES (%s)"
                .formatted(
                    copy.table(),
                    copy.insert(),
                    String.join(", ", Collections.nCopies(columns, "?"))))
        .itemPreparedStatementSetter(
            (fields, statement) -> {
              for (int i = 0; i < fields.length; i++) {
                statement.setObject(i + 1, fields[i]);
              }
            })
        .build();
  }
}
