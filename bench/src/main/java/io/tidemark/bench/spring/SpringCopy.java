package io.tidemark.bench.spring;

import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * Copies a table with Spring Batch as its guide recommends: a partitioned step over ranges of the
 * key, a chunk-oriented worker step, a job repository in the target's database.
 */
public final class SpringCopy {

  /**
   * What to copy, and how.
   *
   * @param source JDBC URL
   * @param target JDBC URL
   * @param table of the same name on both sides
   * @param select columns that are read, the key first
   * @param insert columns that they are written to
   * @param reader cursor or paging
   * @param chunk rows per chunk, fetch and page
   * @param threads partitions at the same time
   */
  record Copy(
      String source,
      String target,
      String table,
      String select,
      String insert,
      String reader,
      int chunk,
      int threads) {}

  private SpringCopy() {}

  /** The fields of {@link Copy} in their order; ends with 1 if the job does not complete. */
  public static void main(String[] args) throws Exception {
    Copy copy =
        new Copy(
            args[0],
            args[1],
            args[2],
            args[3],
            args[4],
            args[5],
            Integer.parseInt(args[6]),
            Integer.parseInt(args[7]));
    try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
      context.registerBean(Copy.class, () -> copy);
      context.register(CopyJob.class);
      context.refresh();
      JobExecution done =
          context
              .getBean(JobOperator.class)
              .start(
                  context.getBean(Job.class),
                  new JobParametersBuilder().addLong("at", System.nanoTime()).toJobParameters());
      if (done.getStatus() != BatchStatus.COMPLETED) {
        throw new IllegalStateException(
            "the job ended " + done.getStatus() + ": " + done.getAllFailureExceptions());
      }
    }
  }
}
