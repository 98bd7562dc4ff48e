package io.tidemark.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may import whom (DESIGN §5), over the classes of all modules: {@code schemas ← core ← {kafka,
 * connectors} ← {planner, worker, reconciler} ← cli}.
 */
class ArchitectureTest {

  private static final List<Class<?>> DATE_TYPES =
      List.of(
          Instant.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          OffsetDateTime.class,
          ZonedDateTime.class);

  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tidemark");
  }

  @Test
  void shouldImportOneWayWhenModulesUseEachOther() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("schemas")
        .definedBy("io.tidemark.schemas..")
        .layer("core")
        .definedBy("io.tidemark.core..")
        .layer("kafka")
        .definedBy("io.tidemark.kafka..")
        .layer("connectors")
        .definedBy("io.tidemark.connectors..")
        .layer("planner")
        .definedBy("io.tidemark.planner..")
        .layer("worker")
        .definedBy("io.tidemark.worker..")
        .layer("reconciler")
        .definedBy("io.tidemark.reconciler..")
        .layer("cli")
        .definedBy("io.tidemark.cli..")
        .whereLayer("schemas")
        .mayNotAccessAnyLayer()
        .whereLayer("core")
        .mayOnlyAccessLayers("schemas")
        .whereLayer("kafka")
        .mayOnlyAccessLayers("schemas", "core")
        .whereLayer("connectors")
        .mayOnlyAccessLayers("schemas", "core")
        .whereLayer("planner")
        .mayOnlyAccessLayers("schemas", "core", "kafka", "connectors")
        .whereLayer("worker")
        .mayOnlyAccessLayers("schemas", "core", "kafka", "connectors")
        .whereLayer("reconciler")
        .mayOnlyAccessLayers("schemas", "core", "kafka", "connectors")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .because(
            "imports go one way. To fix: move what both sides need down (a record to schemas, a rule"
                + " to core), or let the upper side pass it in; processes meet in topics only")
        .check(classes);
  }

  @Test
  void shouldStayPureWhenInCore() {
    noClasses()
        .that()
        .resideInAPackage("io.tidemark.core..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "org.apache.kafka..",
                "java.sql..",
                "javax.sql..",
                "org.slf4j..",
                "java.util.logging..",
                "io.micrometer..",
                "java.io..",
                "java.nio.file..",
                "java.net.."))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(Thread.class, Clock.class)
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.concurrent\\.(.*Executor.*|ForkJoin.*|CompletableFuture|.*Timer.*)")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .because(
            "core decides and does nothing: no log, no Kafka, no JDBC, no clock, no thread. To fix:"
                + " take time and chance as arguments, return an effect, and let the process do it")
        .check(classes);
  }

  @Test
  void shouldReadNoClockWhenInCoreOrOutsideOfApp() {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.tidemark.core..",
                "io.tidemark.planner.flow..",
                "io.tidemark.planner.status..",
                "io.tidemark.worker.flow..",
                "io.tidemark.worker.status..",
                "io.tidemark.reconciler.flow..",
                "io.tidemark.reconciler.status..")
            .should()
            .callMethodWhere(ArchitecturePredicates.readsAClock(DATE_TYPES))
            .because(
                "only app packages read a clock, so that tests and the simulation can set the time."
                    + " To fix: take a java.time.Clock or milliseconds as an argument."
                    + " System.nanoTime is allowed outside of core: it measures how long something"
                    + " took and says nothing of what time it is");
    rule.check(classes);
  }

  @Test
  void shouldNameKafkaInAppOnlyWhenAProcess() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.tidemark.planner..", "io.tidemark.worker..", "io.tidemark.reconciler.status..")
        .and()
        .resideOutsideOfPackages("io.tidemark.planner.app..", "io.tidemark.worker.app..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.kafka..", "kafka.."))
        .because(
            "only app packages name a technology. To fix: put an interface into flow (such as"
                + " WorkerLog, PlanLog) and implement it in app")
        .check(classes);
  }

  /** The one exception, and its bounds. */
  @Test
  void shouldNameNoMoreOfKafkaThanStreamsWhenInTheFlowOfTheReconciler() {
    noClasses()
        .that()
        .resideInAPackage("io.tidemark.reconciler.flow..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "org.apache.kafka.clients.admin..", "org.apache.kafka.clients.producer..")
                .or(resideInAnyPackage("kafka..")))
        .because(
            "the reconciler's flow is a Kafka Streams topology: processors, stores and their error"
                + " handlers are written against Streams' own API, and a wrapper round it would hide"
                + " what it is. Clients are none of its business. To fix: move the client to app")
        .check(classes);
  }

  @Test
  void shouldSpeakToDatabasesInConnectorsOnly() {
    noClasses()
        .that(
            resideOutsideOfPackages("io.tidemark.connectors..", "io.tidemark.cli..")
                .and(resideInAnyPackage("io.tidemark..")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql.."))
        .because(
            "what touches data is a connector. To fix: extend the SPI in connectors.api, and"
                + " implement it in connectors.jdbc")
        .check(classes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "jdbc", "file", "s3", "kafka", "iceberg"})
  void shouldKnowNoOtherConnectorWhenAConnector(String connector) {
    String[] others =
        List.of("jdbc", "file", "s3", "kafka", "iceberg").stream()
            .filter(o -> !o.equals(connector))
            // Objects are files in another place: s3 brings no more than the place.
            .filter(o -> !(connector.equals("s3") && o.equals("file")))
            .map(o -> "io.tidemark.connectors." + o + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.tidemark.connectors." + connector + "..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(others))
        .because(
            "any source must go with any sink. To fix: agree on what they share in connectors.api,"
                + " such as a RowFormat")
        .check(classes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"schemas", "core", "kafka", "connectors", "planner", "worker", "reconciler"})
  void shouldHaveNoCycleWhenPackagesOfAModuleUseEachOther(String module) {
    slices()
        .matching("io.tidemark." + module + ".(*)..")
        .should()
        .beFreeOfCycles()
        .because("packages that need each other are one. To fix: move what both need to a third")
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void shouldPrintOnlyWhenInTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.tidemark.cli..", "io.tidemark.testing..")
        .should(com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .because("only the command line talks to a terminal. To fix: log, return, or throw")
        .check(classes);
  }
}
