import type { DialectSpec } from '../translation.ts';
import { createReader } from './create-reader.ts';
import { readError } from './read-error.ts';
import { writeRequest } from './write-request.ts';

/**
 * Google's own API for Gemini, as its base URL `https://generativelanguage.googleapis.com/v1beta` speaks it.
 * @see https://ai.google.dev/api/generate-content
 */
export const geminiSpec: DialectSpec = { dialect: 'gemini', writeRequest, createReader, readError };
