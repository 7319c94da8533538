// flame-svg as a function: folded stacks and settings in, the text of an SVG or HTML file out.

import { UsageError } from '../engine/errors.ts';
import { ownText } from '../engine/own-data.ts';
import type { Folded } from '../stacks/folded.ts';
import { pageText } from './page.ts';
import { pictureOf } from './picture.ts';
import type { PictureSettings } from './settings.ts';
import { svgText } from './svg.ts';

/**
 * The text in blocks, in UTF-8. Throws InputError where there is nothing to draw, and UsageError for settings that do not
 * fit the recording. Changes the recording's table where the settings reverse its stacks.
 */
export function drawFlameGraph(recording: Folded, settings: PictureSettings): Iterable<string | Uint8Array> {
  if (recording.isDifferential && settings.flamechart) {
    throw new UsageError('--flamechart shows one recording: no BEFORE');
  }
  const svg = svgText(pictureOf(recording, settings), ownText('viewer.generated.js'));
  return settings.html ? pageText(settings.title, svg) : svg;
}
