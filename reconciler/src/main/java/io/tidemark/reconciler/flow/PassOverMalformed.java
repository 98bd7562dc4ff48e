package io.tidemark.reconciler.flow;

import io.tidemark.schemas.registry.RegistryException;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/**
 * Goes on behind bytes that are no record. One corrupt record must not stop the ledger of every
 * other partition; the partition that it was about does not finish without it (its count or its
 * coverage will not add up), so nothing is lost unnoticed. A record that may be good, but whose
 * schema no registry tells, is not passed over: the thread stops, and reads it again.
 *
 * <p>Kafka Streams makes the instance; the list to add to comes with its settings.
 */
public final class PassOverMalformed implements DeserializationExceptionHandler {

  /** Setting that holds the {@link MalformedRecords}. */
  public static final String RECORDS = "tidemark.malformed.records";

  private MalformedRecords records;

  @Override
  public void configure(Map<String, ?> settings) {
    records = (MalformedRecords) settings.get(RECORDS);
  }

  @Override
  public Response handleError(
      ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
    if (exception instanceof RegistryException || exception instanceof RetriableException) {
      return Response.fail();
    }
    records.add(
        new MalformedRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            reason(exception),
            record.timestamp()));
    return Response.resume();
  }

  private static String reason(Exception exception) {
    String message = exception.getMessage();
    return message == null ? exception.getClass().getSimpleName() : message;
  }
}
