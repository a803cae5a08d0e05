// What is said where nobody has written a template, in plain words.

export const DEFAULT_TITLE = 'Job {job_id} {happened}';

/** A line that has nothing to tell is left out. */
export const DEFAULT_TEXT = [
  'Why: {reason}',
  'Project: {project}',
  'What: {description}',
  'Best value: {best}',
  'Trials: {trial} of {trials}',
  'Duration: {duration}',
  'This was a retry of {retry_of}.',
  'It will be tried again as {next_job}.',
  'Not before: {next_retry_at}',
  'Post-processing: {post}',
  'Results: {results_dir}',
  'Next: {next}',
].join('\n');
