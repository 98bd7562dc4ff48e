package io.tidemark.schemas.wire;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * What every generated record extends. Avro instantiates only classes that a process-wide setting
 * trusts, and the generated builders ask it to whenever they copy a nested record or fill in a
 * default. So the package of the generated classes is added to what is trusted, before the first of
 * them can be used, whatever the program that uses them; nothing that was trusted is dropped.
 */
public abstract class WireRecord extends SpecificRecordBase {

  private static final long serialVersionUID = 1L;

  private static final String GENERATED = "io.tidemark.schemas.avro";

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(GENERATED)));
  }
}
