package io.tidemark.cli;

import io.tidemark.connectors.Specs;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.spec.SpecException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the spec that the user named. */
final class SpecFile {

  private SpecFile() {}

  static Spec read(Path file) throws CliException, SpecException {
    try {
      return Specs.parser().parse(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new CliException(ExitCode.USAGE, "there is no spec " + file + "; check the path");
    } catch (CharacterCodingException e) {
      throw new CliException(ExitCode.USAGE, file + " is not UTF-8 text; a spec is a YAML file");
    } catch (IOException e) {
      throw new CliException(ExitCode.USAGE, "cannot read the spec " + file + ": " + e);
    }
  }
}
